"""A registrar for the example phone.c, on a port of the system's choice: it knows anna, whose password is secret."""
import hashlib, re, socket

server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", 0))
print("registrar at 127.0.0.1:%d" % server.getsockname()[1], flush=True)
md5 = lambda text: hashlib.md5(text.encode()).hexdigest()
while True:
    data, far = server.recvfrom(65536)
    text = data.decode(errors="replace")
    if not text.startswith("REGISTER "):
        continue  # a keepalive
    kept = "".join(line + "\r\n" for line in text.split("\r\n") if re.match("(Via|From|To|Call-ID|CSeq|Contact):", line))
    given = dict(re.findall(r'(\w+)="?([^",]*)"?', "".join(re.findall(r"\r\nAuthorization: Digest ([^\r]*)", text))))
    proof = md5(md5("anna:here:secret") + ":once:" + md5("REGISTER:" + given.get("uri", "")))
    if not given:
        status, more = "401 Unauthorized", 'WWW-Authenticate: Digest realm="here", nonce="once", algorithm=MD5\r\n'
    elif given.get("response") == proof:
        status, more = "200 OK", "Expires: 300\r\n"
    else:
        status, more = "403 Forbidden", ""
    server.sendto(f"SIP/2.0 {status}\r\n{kept}{more}Content-Length: 0\r\n\r\n".encode(), far)
