//! The line between station and centre: bytes both ways, until it is cut.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream, tcp::OwnedReadHalf, tcp::OwnedWriteHalf},
    sync::broadcast,
};

/// Never cut by itself.
const FOR_EVER: u64 = u64::MAX;

/// A line on a port of its own.
#[derive(Clone)]
pub struct Line {
    pub address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    to: Mutex<SocketAddr>,
    cut: broadcast::Sender<()>,
    up: AtomicBool,
    /// Bytes that still go from the station to the centre.
    left: AtomicU64,
    /// Bytes that went from the station to the centre.
    carried: AtomicU64,
}

impl Line {
    pub async fn new(to: SocketAddr) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let line = Self {
            address: listener.local_addr().unwrap(),
            shared: Arc::new(Shared {
                to: Mutex::new(to),
                cut: broadcast::Sender::new(16),
                up: AtomicBool::new(true),
                left: AtomicU64::new(FOR_EVER),
                carried: AtomicU64::new(0),
            }),
        };
        let shared = line.shared.clone();
        tokio::spawn(async move {
            while let Ok((station, _)) = listener.accept().await {
                if shared.up.load(Ordering::SeqCst) {
                    tokio::spawn(carry(station, shared.clone()));
                }
            }
        });
        line
    }

    /// Leads elsewhere from now on: a centre that was started again.
    pub fn lead_to(&self, to: SocketAddr) {
        *self.shared.to.lock().unwrap() = to;
        self.cut();
    }

    /// Cuts every connection; the next one is made.
    pub fn cut(&self) {
        let _ = self.shared.cut.send(());
    }

    /// Cuts once the station sent so many bytes more.
    pub fn cut_after(&self, bytes: u64) {
        self.shared.left.store(bytes, Ordering::SeqCst);
    }

    /// Takes the line down or up.
    pub fn set_up(&self, up: bool) {
        self.shared.up.store(up, Ordering::SeqCst);
        if !up {
            self.cut();
        }
    }

    /// Bytes that went from the station to the centre.
    pub fn carried(&self) -> u64 {
        self.shared.carried.load(Ordering::SeqCst)
    }
}

async fn carry(station: TcpStream, shared: Arc<Shared>) {
    let mut cut = shared.cut.subscribe();
    let to = *shared.to.lock().unwrap();
    let Ok(centre) = TcpStream::connect(to).await else {
        return;
    };
    station.set_nodelay(true).unwrap();
    centre.set_nodelay(true).unwrap();
    let (from_station, to_station) = station.into_split();
    let (from_centre, to_centre) = centre.into_split();
    tokio::select! {
        () = up(from_station, to_centre, &shared) => {}
        () = down(from_centre, to_station) => {}
        _ = cut.recv() => {}
    }
}

async fn up(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, shared: &Shared) {
    let mut buffer = vec![0; 16 << 10];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        let left = shared.left.load(Ordering::SeqCst);
        let passing = usize::try_from(left).unwrap_or(count).min(count);
        if left != FOR_EVER {
            shared.left.store(left - passing as u64, Ordering::SeqCst);
        }
        shared.carried.fetch_add(passing as u64, Ordering::SeqCst);
        if to.write_all(&buffer[..passing]).await.is_err() {
            return;
        }
        if passing < count {
            shared.left.store(FOR_EVER, Ordering::SeqCst);
            return;
        }
    }
}

async fn down(mut from: OwnedReadHalf, mut to: OwnedWriteHalf) {
    let mut buffer = vec![0; 16 << 10];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        if to.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
}
