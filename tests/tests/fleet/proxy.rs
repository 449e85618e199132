//! A line to the centre that loses replies on command.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

/// After so many bytes to the centre the request is there: the handshake has fewer.
const REQUEST: usize = 800;

/// The line.
pub struct Proxy {
    pub port: u16,
    loses: Arc<AtomicBool>,
}

impl Proxy {
    pub fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let loses = Arc::new(AtomicBool::new(false));
        let proxy = Self {
            port: listener.local_addr().unwrap().port(),
            loses: Arc::clone(&loses),
        };
        thread::spawn(move || {
            while let Ok((station, _)) = listener.accept() {
                let centre = TcpStream::connect(("127.0.0.1", port)).unwrap();
                carry(station, centre, &loses);
            }
        });
        proxy
    }

    /// From now on requests arrive and their replies do not.
    pub fn lose_replies(&self, lose: bool) {
        self.loses.store(lose, Ordering::SeqCst);
    }
}

fn carry(station: TcpStream, centre: TcpStream, loses: &Arc<AtomicBool>) {
    let arrived = Arc::new(AtomicBool::new(false));
    let (mut from, mut to) = (station.try_clone().unwrap(), centre.try_clone().unwrap());
    let seen = Arc::clone(&arrived);
    thread::spawn(move || {
        let (mut buffer, mut total) = ([0; 4096], 0);
        while let Ok(length @ 1..) = from.read(&mut buffer) {
            total += length;
            if total > REQUEST {
                seen.store(true, Ordering::SeqCst);
            }
            if to.write_all(&buffer[..length]).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Both);
    });
    let (mut from, mut to, loses) = (centre, station, Arc::clone(loses));
    thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(length @ 1..) = from.read(&mut buffer) {
            if loses.load(Ordering::SeqCst) && arrived.load(Ordering::SeqCst) {
                // The centre goes on for a while, and nobody hears it.
                thread::sleep(Duration::from_secs(2));
                break;
            }
            if to.write_all(&buffer[..length]).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Both);
        let _ = from.shutdown(Shutdown::Both);
    });
}
