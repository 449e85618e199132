//! Connections of strangers: few, and none for ever.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use key_custody::tls::{Place, Places};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Sleep, sleep},
};
use tokio_rustls::server::TlsStream;
use tonic::transport::server::Connected;

use super::socket::Socket;

/// Visits at once.
const VISITS: usize = 128;
/// Of one address.
const SHARE: usize = 16;
/// How long a visit lasts at most: pki is asked twice in it, for a minute each.
const LONGEST: Duration = Duration::from_mins(5);

/// Who may visit.
pub(super) struct Visits {
    places: Arc<Places>,
    longest: Duration,
}

impl Visits {
    pub(super) fn new() -> Self {
        Self::of(VISITS, SHARE, LONGEST)
    }

    fn of(all: usize, share: usize, longest: Duration) -> Self {
        Self {
            places: Places::new(all, share),
            longest,
        }
    }

    /// Lets a connection in that shook hands; `None` where it is hung up on.
    pub(super) fn admit(&self, stream: TlsStream<Socket>) -> Option<Visit<TlsStream<Socket>>> {
        let caller = stream.get_ref().0.peer_addr().ok()?;
        self.admit_from(caller, stream)
    }

    fn admit_from<S>(&self, caller: SocketAddr, stream: S) -> Option<Visit<S>> {
        let Some(place) = self.places.take(caller.ip()) else {
            tracing::warn!(
                "a stranger was hung up on: too many are here, or too many of its address"
            );
            return None;
        };
        Some(Visit {
            stream,
            end: Box::pin(sleep(self.longest)),
            _place: place,
        })
    }
}

/// A connection with its place, and its end.
pub(super) struct Visit<S> {
    stream: S,
    end: Pin<Box<Sleep>>,
    _place: Place,
}

impl<S> Visit<S> {
    fn is_over(&mut self, context: &mut Context<'_>) -> bool {
        self.end.as_mut().poll(context).is_ready()
    }
}

fn over<T>() -> Poll<io::Result<T>> {
    Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
}

impl<S: AsyncRead + Unpin> AsyncRead for Visit<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.is_over(context) {
            return over();
        }
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Visit<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.is_over(context) {
            return over();
        }
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.is_over(context) {
            return over();
        }
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.is_over(context) {
            return over();
        }
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

impl<S: Connected> Connected for Visit<S> {
    type ConnectInfo = S::ConnectInfo;

    fn connect_info(&self) -> Self::ConnectInfo {
        self.stream.connect_info()
    }
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::AsyncReadExt as _,
        net::{TcpListener, TcpStream},
    };

    use super::*;

    /// Both ends of a connection, and where the caller is.
    async fn pair() -> (TcpStream, TcpStream, SocketAddr) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (caller, accepted) = tokio::join!(TcpStream::connect(address), listener.accept());
        let (stream, from) = accepted.unwrap();
        (caller.unwrap(), stream, from)
    }

    #[tokio::test]
    async fn a_silent_visit_ends_with_its_time_and_frees_its_place() {
        let visits = Visits::of(2, 1, Duration::from_millis(100));
        let (mut caller, stream, from) = pair().await;
        let mut visit = visits.admit_from(from, stream).unwrap();
        // The other end is as silent, and is told the end.
        let read = visit.read(&mut [0]).await.unwrap_err();
        assert_eq!(read.kind(), io::ErrorKind::TimedOut);
        drop(visit);
        assert_eq!(caller.read(&mut [0]).await.unwrap(), 0);
        let (_caller, stream, from) = pair().await;
        assert!(visits.admit_from(from, stream).is_some());
    }

    #[tokio::test]
    async fn one_address_visits_no_more_often_than_its_share_and_keeps_out_no_other() {
        let visits = Visits::of(3, 2, LONGEST);
        let mut there = Vec::new();
        for _ in 0..2 {
            let (caller, stream, from) = pair().await;
            there.push((caller, visits.admit_from(from, stream).unwrap()));
        }
        let (mut caller, stream, from) = pair().await;
        assert!(visits.admit_from(from, stream).is_none());
        assert_eq!(caller.read(&mut [0]).await.unwrap(), 0);
        let (_caller, stream, _) = pair().await;
        let other = "192.0.2.1:1".parse().unwrap();
        assert!(visits.admit_from(other, stream).is_some());
    }
}
