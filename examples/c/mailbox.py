"""A mailbox for the example watch.c, on a port of the system's choice: three new messages lie in it. It ends with its subscription."""
import re, socket

server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", 0))
server.settimeout(60)
port = server.getsockname()[1]
print("mailbox at 127.0.0.1:%d" % port, flush=True)
field = lambda text, name: re.search(r"\r\n%s: ?([^\r]*)" % name, text).group(1)
told = 0
while True:
    data, far = server.recvfrom(65536)
    text = data.decode(errors="replace")
    if not text.startswith("SUBSCRIBE "):
        continue  # a response to a NOTIFY
    ends = field(text, "Expires") == "0"
    to = field(text, "To").split(";tag=")[0] + ";tag=box"
    kept = "".join(line + "\r\n" for line in text.split("\r\n") if re.match("(Via|From|Call-ID|CSeq|Expires):", line))
    server.sendto(f"SIP/2.0 200 OK\r\n{kept}To: {to}\r\nContact: <sip:box@127.0.0.1:{port}>\r\nContent-Length: 0\r\n\r\n".encode(), far)
    told += 1
    body = "Messages-Waiting: yes\r\nVoice-Message: 3/8\r\n"
    state = "terminated;reason=timeout" if ends else "active;expires=600"
    target = re.search("<([^>]*)>", field(text, "Contact")).group(1)
    server.sendto((f"NOTIFY {target} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{port};rport;branch=z9hG4bKbox{told}\r\nMax-Forwards: 70\r\nFrom: {to}\r\n"
                   f"To: {field(text, 'From')}\r\nCall-ID: {field(text, 'Call-ID')}\r\nCSeq: {told} NOTIFY\r\nContact: <sip:box@127.0.0.1:{port}>\r\n"
                   f"Event: message-summary\r\nSubscription-State: {state}\r\nContent-Type: application/simple-message-summary\r\n"
                   f"Content-Length: {len(body)}\r\n\r\n{body}").encode(), far)
    if ends:
        print("taken back", flush=True)
        break
