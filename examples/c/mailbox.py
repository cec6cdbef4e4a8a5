"""A mailbox for the example watch.c, on a port of the system's choice: three new messages come once it was described as empty. It ends with its subscription."""
import re, socket

server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", 0))
server.settimeout(60)
port = server.getsockname()[1]
print("mailbox at 127.0.0.1:%d" % port, flush=True)
field = lambda text, name: re.search(r"\r\n%s: ?([^\r]*)" % name, text).group(1)
told = 0


def notify(state, new):
    global told
    told += 1
    body = f"Messages-Waiting: {'yes' if new else 'no'}\r\nVoice-Message: {new}/8\r\n"
    target = re.search("<([^>]*)>", field(asked, "Contact")).group(1)
    server.sendto((f"NOTIFY {target} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{port};rport;branch=z9hG4bKbox{told}\r\nMax-Forwards: 70\r\nFrom: {to}\r\n"
                   f"To: {field(asked, 'From')}\r\nCall-ID: {field(asked, 'Call-ID')}\r\nCSeq: {told} NOTIFY\r\nContact: <sip:box@127.0.0.1:{port}>\r\n"
                   f"Event: message-summary\r\nSubscription-State: {state}\r\nContent-Type: application/simple-message-summary\r\n"
                   f"Content-Length: {len(body)}\r\n\r\n{body}").encode(), far)


while True:
    data, far = server.recvfrom(65536)
    text = data.decode(errors="replace")
    if text.startswith("SIP/2.0 200 ") and field(text, "CSeq") == "1 NOTIFY" and told == 1:
        notify("active;expires=600", 3)
    if not text.startswith("SUBSCRIBE "):
        continue
    asked, ends = text, field(text, "Expires") == "0"
    to = field(text, "To").split(";tag=")[0] + ";tag=box"
    kept = "".join(line + "\r\n" for line in text.split("\r\n") if re.match("(Via|From|Call-ID|CSeq|Expires):", line))
    server.sendto(f"SIP/2.0 200 OK\r\n{kept}To: {to}\r\nContact: <sip:box@127.0.0.1:{port}>\r\nContent-Length: 0\r\n\r\n".encode(), far)
    if ends:
        notify("terminated;reason=timeout", 3)
        print("taken back", flush=True)
        break
    notify("active;expires=600", 0)
