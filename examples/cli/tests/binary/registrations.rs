//! Accounts: a registration, its failures, and the password that it needs.

use super::*;

/// A registrar that challenges, and then accepts any credentials or none; it ends with the process.
fn registrar(believes: bool) -> u16 {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = socket.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok((length, from)) = socket.recv_from(&mut buffer) {
            let request = String::from_utf8_lossy(&buffer[..length]).into_owned();
            if !request.starts_with("REGISTER ") {
                continue; // a keepalive
            }
            let keep = ["via:", "from:", "to:", "call-id:", "cseq:", "contact:"];
            let echoed: String = request
                .lines()
                .filter(|line| keep.iter().any(|name| line.to_ascii_lowercase().starts_with(name)))
                .map(|line| format!("{line}\r\n"))
                .collect();
            let known = believes && request.contains("Authorization: Digest username=\"anna\"");
            let expires = if request.contains("Expires: 0") || request.contains("expires=0") { 0 } else { 300 };
            let answer = if known {
                format!("SIP/2.0 200 OK\r\n{echoed}Expires: {expires}\r\nContent-Length: 0\r\n\r\n")
            } else {
                let challenge = "Digest realm=\"127.0.0.1\", nonce=\"n1\", algorithm=SHA-256, qop=\"auth\"";
                format!(
                    "SIP/2.0 401 Unauthorized\r\n{echoed}WWW-Authenticate: {challenge}\r\nContent-Length: 0\r\n\r\n"
                )
            };
            let _ = socket.send_to(answer.as_bytes(), from);
        }
    });
    port
}

#[test]
fn a_registration_without_a_response_has_its_own_exit_code() {
    let password = Scratch::new("password");
    std::fs::File::create(&password.0).unwrap().write_all(b"secret-word\n").unwrap();
    let (_closed, port) = closed();
    let uri = format!("sip:anna@127.0.0.1:{port}");
    let mut command = microsip(&[
        "register",
        "--once",
        "--uri",
        &uri,
        "--password-file",
        password.path(),
        "--listen",
        "127.0.0.1:0",
        "--trace",
        "--log",
        "4",
    ]);
    command.env("MICROSIP_PASSWORD", "secret-word");
    let output = run(command);
    assert_eq!(output.status.code(), Some(3), "{}\n{}", out(&output), err(&output));
    assert!(!out(&output).contains("secret-word") && !err(&output).contains("secret-word"));
}

#[test]
fn an_account_registers_once_and_a_wrong_password_names_the_option() {
    for (believes, exit) in [(true, 0), (false, 3)] {
        let uri = format!("sip:anna@127.0.0.1:{}", registrar(believes));
        let mut command = microsip(&["register", "--once", "--uri", &uri, "--listen", "127.0.0.1:0", "--trace"]);
        command.env("MICROSIP_PASSWORD", "secret-word");
        let output = run(command);
        let (said, complained) = (out(&output), err(&output));
        assert_eq!(output.status.code(), Some(exit), "{said}\n{complained}");
        assert!(said.contains("401 Unauthorized (REGISTER)") && !said.contains("secret-word"), "{said}");
        if believes {
            assert!(said.contains(&format!("registered {uri}")) && said.contains("unregistered"), "{said}");
        } else {
            assert!(complained.contains("--password-file"), "{complained}");
        }
    }
}

/// A password without end is no password.
#[cfg(unix)]
#[test]
fn a_password_file_without_end_ends() {
    let arguments =
        ["register", "--uri", "sip:a@127.0.0.1:9", "--password-file", "/dev/zero", "--listen", "127.0.0.1:0"];
    let output = run(microsip(&arguments));
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("longer than 1024 bytes"), "{}", err(&output));
}

/// While a password is waited for, there is no phone yet that a first Ctrl-C would have to end.
#[cfg(unix)]
#[test]
fn ctrl_c_ends_the_wait_for_a_password() {
    let mut command =
        microsip(&["register", "--uri", "sip:a@127.0.0.1:9", "--password-stdin", "--listen", "127.0.0.1:0"]);
    // a script that runs tests in the background has them ignore the signal, and that is inherited
    // SAFETY: a call that POSIX allows between fork and exec.
    unsafe {
        std::os::unix::process::CommandExt::pre_exec(&mut command, || {
            libc::signal(libc::SIGINT, libc::SIG_DFL);
            Ok(())
        })
    };
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(200)); // either side of this the signal ends it
    // SAFETY: our own child, not waited for yet.
    unsafe { libc::kill(child.id() as i32, libc::SIGINT) };
    let start = Instant::now();
    while child.try_wait().unwrap().is_none() {
        assert!(start.elapsed() < PATIENCE, "it waits on");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// `register` that is registered at a socket of ours: that, its messages, our address of record, and its Contact.
struct Registered {
    child: Child,
    lines: BufReader<std::process::ChildStdout>,
    socket: UdpSocket,
    phone: std::net::SocketAddr,
    port: u16,
    uri: String,
    contact: String,
}

impl Registered {
    fn start(more: &[&str]) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let port = socket.local_addr().unwrap().port();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        let uri = format!("sip:anna@127.0.0.1:{port}");
        let mut command = microsip(&["register", "--uri", &uri, "--listen", "127.0.0.1:0"]);
        let mut child = command.args(more).env("MICROSIP_PASSWORD", "x").stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        let (request, phone) = messages::hears(&socket, "REGISTER ");
        let contact_line = request.lines().find(|line| line.starts_with("Contact:")).unwrap();
        let contact = contact_line.split(['<', '>']).nth(1).unwrap().to_owned();
        let echoed = messages::echoed(&request);
        let ok = format!("SIP/2.0 200 OK\r\n{echoed}{contact_line}\r\nExpires: 300\r\nContent-Length: 0\r\n\r\n");
        socket.send_to(ok.as_bytes(), phone).unwrap();
        Self { child, lines, socket, phone, port, uri, contact }
    }

    /// Sends a request of our own; the first line of its final response.
    fn send(&self, method: &str, id: &str, more: &str, body: &str) -> String {
        let Self { port, uri, contact, .. } = self;
        let request = format!(
            "{method} {contact} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bK{id}\r\nMax-Forwards: 70\r\n\
             From: <sip:bob@127.0.0.1:{port}>;tag=b\r\nTo: <{uri}>\r\nCall-ID: {id}\r\nCSeq: 1 {method}\r\n\
             Contact: <sip:bob@127.0.0.1:{port}>\r\n{more}Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        self.socket.send_to(request.as_bytes(), self.phone).unwrap();
        loop {
            let (text, _) = messages::hears(&self.socket, "SIP/2.0 ");
            if !text.starts_with("SIP/2.0 1") {
                return text.lines().next().unwrap().to_owned();
            }
        }
    }

    /// The next line that has this in it.
    fn until(&mut self, part: &str) -> String {
        let mut line = String::new();
        while !line.contains(part) {
            line.clear();
            assert!(self.lines.read_line(&mut line).unwrap() > 0, "no {part}");
        }
        line.trim_end().to_owned()
    }

    fn object(&mut self, part: &str) -> Value {
        serde_json::from_str(&self.until(part)).unwrap()
    }
}

impl Drop for Registered {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A call must not ring for ever at a program that takes no calls.
#[test]
fn register_refuses_a_call_and_prints_it() {
    let mut registered = Registered::start(&["--json"]);
    let response = registered.send("INVITE", "r", "", "");
    assert!(response.starts_with("SIP/2.0 480 "), "{response}");
    let told = registered.object("refused");
    assert_eq!((&told["type"], &told["sip_code"]), (&Value::from("call"), &Value::from(480)), "{told}");
}

/// The registrar says by itself what waits in the mailbox, and that the settings are to be read again.
#[test]
fn register_prints_the_mailbox_and_the_wish_for_new_settings() {
    const SUMMARY: &str = "Event: message-summary\r\nContent-Type: application/simple-message-summary\r\n";
    let body = "Messages-Waiting: yes\r\nMessage-Account: sip:*97@pbx.example\r\nVoice-Message: 2/8 (1/0)\r\n";
    let mut plain = Registered::start(&[]);
    assert_eq!(plain.send("NOTIFY", "a", SUMMARY, body), "SIP/2.0 200 OK");
    assert_eq!(plain.until("mailbox"), "mailbox sip:*97@pbx.example: 2 new messages; voice 2 new (1 urgent), 8 old");
    assert_eq!(plain.send("NOTIFY", "b", SUMMARY, "Messages-Waiting: no\r\n"), "SIP/2.0 200 OK");
    assert_eq!(plain.until("mailbox"), "mailbox: no new messages");
    for (id, event, words) in [
        ("c", "check-sync", "the server wants the settings to be read again"),
        ("d", "check-sync;reboot=true", "the server wants the settings to be read again, and the phone to begin anew"),
        ("e", "check-sync;reboot=false", "the server wants the settings to be read again, without a new beginning"),
    ] {
        assert_eq!(plain.send("NOTIFY", id, &format!("Event: {event}\r\n"), ""), "SIP/2.0 200 OK");
        assert_eq!(plain.until("settings"), words);
    }
    let mut json = Registered::start(&["--json"]);
    assert_eq!(json.send("NOTIFY", "a", SUMMARY, body), "SIP/2.0 200 OK");
    let told = json.object("\"mailbox\"");
    assert_eq!(
        (&told["lamp"], &told["new"], &told["account"]),
        (&"open".into(), &2.into(), &"sip:*97@pbx.example".into())
    );
    assert_eq!((&told["messages"][0]["class"], &told["messages"][0]["new_urgent"]), (&"voice".into(), &1.into()));
    for (id, event, reboot) in [
        ("c", "check-sync", Value::Null),
        ("d", "check-sync;reboot=true", true.into()),
        ("e", "check-sync;reboot=false", false.into()),
    ] {
        assert_eq!(json.send("NOTIFY", id, &format!("Event: {event}\r\n"), ""), "SIP/2.0 200 OK");
        assert_eq!(json.object("check_sync")["reboot"], reboot);
    }
}
