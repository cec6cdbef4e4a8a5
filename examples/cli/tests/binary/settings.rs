//! Options whose work the far end or the registrar sees.

use crate::{Listening, PATIENCE, microsip, objects};
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, UdpSocket};
use std::process::{Child, Stdio};

/// A program that does not outlive its test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The lines of a message that a response repeats.
fn echoed(message: &str) -> String {
    let names = ["Via", "From", "To", "Call-ID", "CSeq", "Contact"];
    message.split_inclusive("\r\n").filter(|line| names.contains(&line.split(':').next().unwrap())).collect()
}

/// The next message that begins so, and where it came from.
fn hears(socket: &UdpSocket, start: &str) -> (String, SocketAddr) {
    let mut buffer = [0; 4096];
    loop {
        let (length, from) = socket.recv_from(&mut buffer).unwrap_or_else(|error| panic!("no {start}: {error}"));
        let text = String::from_utf8_lossy(&buffer[..length]).into_owned();
        if text.starts_with(start) {
            return (text, from);
        }
    }
}

fn far(host: &str) -> UdpSocket {
    let socket = UdpSocket::bind((host, 0)).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    socket
}

fn invite(from: &UdpSocket, target: &str) -> String {
    let at = from.local_addr().unwrap();
    let sdp = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n";
    format!(
        "INVITE {target} SIP/2.0\r\nVia: SIP/2.0/UDP {at};branch=z9hG4bKi\r\nMax-Forwards: 70\r\nFrom: <sip:bob@{at}>;tag=b\r\n\
         To: <{target}>\r\nCall-ID: i\r\nCSeq: 1 INVITE\r\nContact: <sip:bob@{at}>\r\nContent-Type: application/sdp\r\n\
         Content-Length: {}\r\n\r\n{sdp}",
        sdp.len()
    )
}

#[test]
fn a_realm_that_was_not_named_gets_no_password() {
    let registrar = far("127.0.0.1");
    let uri = format!("sip:anna@{}", registrar.local_addr().unwrap());
    let mut command =
        microsip(&["register", "--uri", &uri, "--listen", "127.0.0.1:0", "--json", "--realm", "mine,own"]);
    command.args(["--contact-user", "desk-7"]).env("MICROSIP_PASSWORD", "x");
    let mut child = Running(command.stdout(Stdio::piped()).spawn().unwrap());
    let (register, from) = hears(&registrar, "REGISTER ");
    assert!(register.contains("\r\nContact: <sip:desk-7@"), "{register}");
    let challenge = "WWW-Authenticate: Digest realm=\"other\", nonce=\"n\"\r\n";
    let refusal = format!("SIP/2.0 401 No\r\n{}{challenge}Content-Length: 0\r\n\r\n", echoed(&register));
    registrar.send_to(refusal.as_bytes(), from).unwrap();
    let said = BufReader::new(child.0.stdout.take().unwrap());
    let told: Vec<Value> = said.lines().map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect();
    assert!(told.iter().any(|told| told["type"] == "challenge" && told["realm"] == "other"), "{told:?}");
    assert_eq!(child.0.wait().unwrap().code(), Some(3));
}

/// One is refused, for `register` takes no calls; a stranger would get nothing.
#[cfg(target_os = "linux")] // 127.0.0.2 is this machine, too
#[test]
fn a_host_that_is_trusted_may_call() {
    let (registrar, trusted) = (far("127.0.0.1"), far("127.0.0.2"));
    let uri = format!("sip:anna@{}", registrar.local_addr().unwrap());
    let mut command = microsip(&["register", "--uri", &uri, "--listen", "127.0.0.1:0", "--json"]);
    command.args(["--trust", "192.0.2.1,127.0.0.2/31"]).env("MICROSIP_PASSWORD", "x");
    let _child = Running(command.stdout(Stdio::null()).spawn().unwrap());
    let (register, from) = hears(&registrar, "REGISTER ");
    let response = format!("SIP/2.0 200 OK\r\n{}Expires: 300\r\nContent-Length: 0\r\n\r\n", echoed(&register));
    registrar.send_to(response.as_bytes(), from).unwrap();
    trusted.send_to(invite(&trusted, &uri).as_bytes(), from).unwrap();
    hears(&trusted, "SIP/2.0 480 ");
}

#[test]
fn an_extension_that_a_far_end_requires_is_named_with_its_option() {
    let callee = far("127.0.0.1");
    let target = format!("sip:x@{}", callee.local_addr().unwrap());
    let arguments = ["call", &target, "--null-audio", "--listen", "127.0.0.1:0", "--100rel", "off"];
    let child = microsip(&arguments).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let (invite, from) = hears(&callee, "INVITE ");
    let head = echoed(&invite);
    let refusal = format!("SIP/2.0 421 Extension Required\r\n{head}Require: 100rel\r\nContent-Length: 0\r\n\r\n");
    callee.send_to(refusal.as_bytes(), from).unwrap();
    let ended = child.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&ended.stderr);
    assert!(text.contains("421 Extension Required: the far end requires 100rel; try --100rel supported"), "{text}");
    assert!(!text.contains("by the far end"), "{text}");
}

#[test]
fn a_caller_that_sends_nothing_is_given_up_after_the_time_that_was_said() {
    let arguments = ["answer", "--listen", "127.0.0.1:0", "--null-audio", "--media-timeout", "1s"];
    let (mut answer, caller) = (Listening::start(&arguments), far("127.0.0.1"));
    let target = format!("sip:answer@{}", answer.address);
    let invite = invite(&caller, &target);
    caller.send_to(invite.as_bytes(), &answer.address).unwrap();
    let (ok, _) = hears(&caller, "SIP/2.0 200 ");
    let to = ok.split_inclusive("\r\n").find(|line| line.starts_with("To:")).unwrap();
    let head: String = echoed(&invite).split_inclusive("\r\n").filter(|line| !line.starts_with("To:")).collect();
    let head = head.replace("z9hG4bKi", "z9hG4bKa").replace("1 INVITE", "1 ACK");
    let ack = format!("ACK {target} SIP/2.0\r\nMax-Forwards: 70\r\n{head}{to}Content-Length: 0\r\n\r\n");
    caller.send_to(ack.as_bytes(), &answer.address).unwrap();
    hears(&caller, "BYE ");
    let said: Vec<String> = (&mut answer.lines).lines().map(Result::unwrap).collect();
    let ended = objects(&said.join("\n")).into_iter().rfind(|told| told["state"] == "ended").unwrap();
    assert_eq!(ended["result"], -105, "{ended}");
    answer.child.wait().unwrap();
}
