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

/// A call must not ring for ever at a program that takes no calls.
#[test]
fn register_refuses_a_call_and_prints_it() {
    let (socket, port) = {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let port = socket.local_addr().unwrap().port();
        (socket, port)
    };
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    let uri = format!("sip:anna@127.0.0.1:{port}");
    let mut command = microsip(&["register", "--uri", &uri, "--listen", "127.0.0.1:0", "--json"]);
    let mut child = command.env("MICROSIP_PASSWORD", "x").stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut buffer = [0; 4096];
    let (length, from) = socket.recv_from(&mut buffer).unwrap();
    let request = String::from_utf8_lossy(&buffer[..length]).into_owned();
    let header = |name: &str| request.lines().find(|line| line.starts_with(name)).unwrap().to_owned();
    let echoed: String =
        ["Via:", "From:", "To:", "Call-ID:", "CSeq:", "Contact:"].iter().map(|name| header(name) + "\r\n").collect();
    socket
        .send_to(format!("SIP/2.0 200 OK\r\n{echoed}Expires: 300\r\nContent-Length: 0\r\n\r\n").as_bytes(), from)
        .unwrap();
    let contact = header("Contact:").split(['<', '>']).nth(1).unwrap().to_owned();
    let invite = format!(
        "INVITE {contact} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bKr\r\nMax-Forwards: 70\r\nFrom: <sip:bob@127.0.0.1:{port}>;tag=b\r\n\
         To: <{uri}>\r\nCall-ID: r\r\nCSeq: 1 INVITE\r\nContact: <sip:bob@127.0.0.1:{port}>\r\nContent-Length: 0\r\n\r\n"
    );
    socket.send_to(invite.as_bytes(), from).unwrap();
    loop {
        let (length, _) = socket.recv_from(&mut buffer).unwrap();
        let text = String::from_utf8_lossy(&buffer[..length]).into_owned();
        assert!(!text.starts_with("SIP/2.0 2"), "{text}");
        if text.starts_with("SIP/2.0 480 ") {
            break;
        }
    }
    let mut line = String::new();
    while !line.contains("refused") {
        line.clear();
        assert!(lines.read_line(&mut line).unwrap() > 0);
    }
    let told: Value = serde_json::from_str(&line).unwrap();
    assert_eq!((&told["type"], &told["sip_code"]), (&Value::from("call"), &Value::from(480)), "{told}");
    child.kill().unwrap();
    child.wait().unwrap();
}
