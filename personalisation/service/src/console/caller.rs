//! Where a request comes from, for counting wrong passwords: behind a proxy every connection is the proxy's.

use std::net::{IpAddr, SocketAddr};

use axum::{
    extract::{ConnectInfo, Request, State},
    http::HeaderMap,
    middleware::Next,
    response::Response,
};

/// The header to which each proxy appends whom it served.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// The layer before everything else: what the service takes for the caller's address is that of the browser, or none.
pub(crate) async fn find(
    State(proxies): State<std::sync::Arc<[IpAddr]>>,
    mut request: Request,
    next: Next,
) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let peer = peer.map(|peer| peer.0);
    match peer.and_then(|peer| caller(peer.ip(), request.headers(), &proxies)) {
        Some(caller) => {
            let caller = ConnectInfo(SocketAddr::new(caller, 0));
            request.extensions_mut().insert(caller);
        }
        None => {
            request.extensions_mut().remove::<ConnectInfo<SocketAddr>>();
        }
    }
    next.run(request).await
}

/// The browser's address: the last one that a proxy of ours wrote down, or the peer's own. None for this machine, where
/// everybody behind a proxy that is not named would be one caller.
fn caller(peer: IpAddr, headers: &HeaderMap, proxies: &[IpAddr]) -> Option<IpAddr> {
    if !proxies.contains(&peer) {
        return Some(peer).filter(|peer| !peer.is_loopback());
    }
    // Those before it were written by whoever called the proxy, and may be anything.
    let last = headers.get_all(FORWARDED_FOR).iter().next_back()?;
    let last = last.to_str().ok()?.rsplit(',').next()?.trim();
    let bare = last
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    bare.unwrap_or(last).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(peer: &str, forwarded: &[&str], proxies: &[&str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(FORWARDED_FOR, value.parse().unwrap());
        }
        let proxies: Vec<IpAddr> = proxies.iter().map(|one| one.parse().unwrap()).collect();
        let caller = caller(peer.parse().unwrap(), &headers, &proxies);
        caller.map(|caller| caller.to_string())
    }

    #[test]
    fn a_named_proxy_says_who_called_and_nobody_else_does() {
        let proxy = ["127.0.0.1"];
        let told = |forwarded: &[&str]| found("127.0.0.1", forwarded, &proxy);
        assert_eq!(told(&["192.0.2.7"]).as_deref(), Some("192.0.2.7"));
        // What the browser itself sent stands before what the proxy appended.
        let forged = told(&["10.0.0.1", "10.0.0.2, 192.0.2.7"]);
        assert_eq!(forged.as_deref(), Some("192.0.2.7"));
        assert_eq!(told(&["[2001:db8::7]"]).as_deref(), Some("2001:db8::7"));
        assert_eq!(told(&[]), None);
        assert_eq!(told(&["unknown"]), None);
        // Without a named proxy the header is anybody's, and this machine is nobody.
        assert_eq!(found("127.0.0.1", &["192.0.2.7"], &[]), None);
        let other = found("192.0.2.9", &["192.0.2.7"], &proxy);
        assert_eq!(other.as_deref(), Some("192.0.2.9"));
    }
}
