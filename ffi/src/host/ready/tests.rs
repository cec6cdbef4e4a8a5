use super::*;
use std::net::UdpSocket;
use std::time::Instant;

fn socket() -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_nonblocking(true).unwrap();
    socket
}

fn found(ready: &Ready, keys: &mut Keys, wait: Option<Duration>) -> Vec<usize> {
    ready.wait(keys, wait).unwrap();
    keys.iter().collect()
}

fn with(test: impl Fn(&Ready, &mut Keys)) {
    test(&Ready::new().unwrap(), &mut Keys::new());
    test(&Ready::oldest().unwrap(), &mut Keys::new());
}

#[test]
fn a_socket_is_ready_as_long_as_something_lies_in_it() {
    with(|ready, keys| {
        let (one, other) = (socket(), socket());
        ready.add(&one, 7).unwrap();
        ready.add(&other, 1 << 17).unwrap();
        let now = Some(Duration::ZERO);
        assert!(found(ready, keys, now).is_empty());
        for _ in 0..2 {
            other.send_to(b"x", one.local_addr().unwrap()).unwrap();
        }
        let mut buffer = [0; 8];
        for _ in 0..2 {
            assert_eq!(found(ready, keys, Some(Duration::from_secs(10))), [7]);
            one.recv_from(&mut buffer).unwrap();
        }
        assert!(found(ready, keys, now).is_empty());
        other.send_to(b"x", one.local_addr().unwrap()).unwrap();
        ready.remove(&one);
        assert!(found(ready, keys, now).is_empty());
    });
}

#[test]
fn a_wake_ends_one_wait_even_if_it_came_before() {
    with(|ready, keys| {
        ready.wake();
        ready.wake();
        assert!(found(ready, keys, None).is_empty());
        let begin = Instant::now();
        assert!(found(ready, keys, Some(Duration::from_millis(20))).is_empty());
        assert!(begin.elapsed() >= Duration::from_millis(20));
        std::thread::scope(|scope| {
            scope.spawn(|| ready.wake());
            ready.wait(keys, None).unwrap();
        });
    });
}

#[test]
fn a_wait_is_no_shorter_than_it_should_be() {
    with(|ready, keys| {
        for micros in [1, 300, 1500] {
            let begin = Instant::now();
            ready.wait(keys, Some(Duration::from_micros(micros))).unwrap();
            assert!(begin.elapsed() >= Duration::from_micros(micros));
        }
    });
}
