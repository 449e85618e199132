//! The gRPC edge of the operations CA. A caller's role says what it may ask for; what is not in the table is denied.

use std::sync::Arc;

use tonic::{Request, Response, Status};
use wire::operations::{
    CertifyRequest, CertifyResponse, KeyUse as WireUse, RevocationListRequest,
    RevocationListResponse, RevocationReason as WireReason, RevokeProgramRequest, RevokeRequest,
    RevokeResponse, operations_server::Operations,
};

use super::{
    KeyUse, Refusal, RevocationReason,
    desk::{Application, Desk, DeskError},
};
use crate::serve::caller;

/// What can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Call {
    Certify,
    Revoke,
    RevokeProgram,
    RevocationList,
}

/// Who may ask for what. The console ends stations, and nothing else.
const TABLE: [(&str, &[Call]); 2] = [
    (
        "fleet",
        &[
            Call::Certify,
            Call::Revoke,
            Call::RevokeProgram,
            Call::RevocationList,
        ],
    ),
    ("console", &[Call::Revoke]),
];

/// The service.
#[derive(Debug)]
pub struct OperationsService {
    desk: Arc<Desk>,
}

impl OperationsService {
    /// A service over a desk.
    #[must_use]
    pub fn new(desk: Arc<Desk>) -> Self {
        Self { desk }
    }
}

/// Every call begins with it.
fn admit<T>(request: &Request<T>, call: Call) -> Result<(), Status> {
    let role = caller(request)?;
    let allowed = TABLE
        .iter()
        .any(|(who, calls)| *who == role && calls.contains(&call));
    if allowed {
        return Ok(());
    }
    tracing::warn!(
        role,
        ?call,
        "a caller of this role may not ask the operations CA for this"
    );
    Err(Status::permission_denied(format!(
        "the role {role} may not ask the operations CA for this"
    )))
}

#[tonic::async_trait]
impl Operations for OperationsService {
    async fn certify(
        &self,
        wire: Request<CertifyRequest>,
    ) -> Result<Response<CertifyResponse>, Status> {
        admit(&wire, Call::Certify)?;
        let application = application(wire.into_inner()).map_err(Status::invalid_argument)?;
        let desk = Arc::clone(&self.desk);
        // A task of its own: a caller that hangs up must not leave an intent without its outcome.
        let certifying = tokio::spawn(async move {
            let station = hex::encode(application.station);
            let issued = desk.certify(&application).await;
            issued.map_err(|error| {
                tracing::warn!(station, %error, "no certificate issued");
                status(&error)
            })
        });
        let issued = certifying.await.map_err(ending)??;
        Ok(Response::new(CertifyResponse {
            certificate: issued.certificate,
            authority: self.desk.authority.der().to_vec(),
        }))
    }

    async fn revoke(
        &self,
        wire: Request<RevokeRequest>,
    ) -> Result<Response<RevokeResponse>, Status> {
        admit(&wire, Call::Revoke)?;
        let wire = wire.into_inner();
        let station = station(&wire.station).map_err(Status::invalid_argument)?;
        let reason = reason(wire.reason())?;
        let desk = Arc::clone(&self.desk);
        let revoking = tokio::spawn(async move { desk.revoke(station, reason).await });
        let (certificates, revocation_list) = revoking
            .await
            .map_err(ending)?
            .map_err(|error| status(&error))?;
        Ok(Response::new(RevokeResponse {
            certificates,
            revocation_list,
        }))
    }

    async fn revoke_program(
        &self,
        wire: Request<RevokeProgramRequest>,
    ) -> Result<Response<RevokeResponse>, Status> {
        admit(&wire, Call::RevokeProgram)?;
        let wire = wire.into_inner();
        let reason = reason(wire.reason())?;
        let desk = Arc::clone(&self.desk);
        let revoking =
            tokio::spawn(async move { desk.revoke_program(&wire.certificate, reason).await });
        let (revoked, revocation_list) = revoking
            .await
            .map_err(ending)?
            .map_err(|error| status(&error))?;
        Ok(Response::new(RevokeResponse {
            certificates: revoked.into(),
            revocation_list,
        }))
    }

    async fn revocation_list(
        &self,
        wire: Request<RevocationListRequest>,
    ) -> Result<Response<RevocationListResponse>, Status> {
        admit(&wire, Call::RevocationList)?;
        let desk = Arc::clone(&self.desk);
        let listing = tokio::spawn(async move { desk.revocation_list().await });
        let revocation_list = listing
            .await
            .map_err(ending)?
            .map_err(|error| status(&error))?;
        Ok(Response::new(RevocationListResponse { revocation_list }))
    }
}

fn reason(wire: WireReason) -> Result<RevocationReason, Status> {
    match wire {
        WireReason::KeyCompromise => Ok(RevocationReason::KeyCompromise),
        WireReason::Superseded => Ok(RevocationReason::Superseded),
        WireReason::CessationOfOperation => Ok(RevocationReason::CessationOfOperation),
        WireReason::Unspecified => Err(Status::invalid_argument("reason: one is needed")),
    }
}

fn ending(_: tokio::task::JoinError) -> Status {
    Status::unavailable("the service is ending; repeat the request")
}

/// The application behind its wire form; the error names the field.
fn application(wire: CertifyRequest) -> Result<Application, String> {
    let key_use = match wire.r#use() {
        WireUse::StationTls => KeyUse::Tls,
        WireUse::StationSigning => KeyUse::Signing,
        WireUse::Unspecified => return Err("use: TLS or signing is needed".to_owned()),
    };
    let office = wire.office;
    let known = |c: u8| c.is_ascii_uppercase() || c.is_ascii_digit() || c == b'-';
    if !(2..=16).contains(&office.len()) || !office.bytes().all(known) {
        return Err("office: 2 to 16 capital letters, digits and hyphens are needed".to_owned());
    }
    Ok(Application {
        request: wire.request,
        key_use,
        station: station(&wire.station)?,
        office,
    })
}

fn station(bytes: &[u8]) -> Result<[u8; 16], String> {
    let found = bytes.len();
    bytes
        .try_into()
        .map_err(|_| format!("station: 16 bytes are needed, {found} came"))
}

/// What leaves the process: the reason, and the code that says whether repeating helps.
fn status(error: &DeskError) -> Status {
    let message = error.to_string();
    match error {
        DeskError::Request(_) | DeskError::Refused(Refusal::NotAProgram) => {
            Status::invalid_argument(message)
        }
        DeskError::Refused(Refusal::KeyOfAnother) => Status::already_exists(message),
        DeskError::Refused(Refusal::Revoked) | DeskError::AuthorityEnded => {
            Status::failed_precondition(message)
        }
        DeskError::Custody(error) if !error.is_absence() => Status::failed_precondition(message),
        DeskError::Build(_) => Status::internal(message),
        DeskError::Custody(_) | DeskError::Publish(_) | DeskError::Store(_) | DeskError::Ending => {
            Status::unavailable(message)
        }
    }
}
