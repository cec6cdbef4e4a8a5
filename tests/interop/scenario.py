"""SIPp scenarios in a few lines: the messages that it sends and those that it must receive, written as the XML that SIPp reads. SIPp repeats, matches, and judges.

The common headers are written here; what a scenario is about stands in the test. A scenario that hears what it does not expect ends SIPp with an error.
"""
from peers import LOGS, Failure, free_port, sipp

KEPT = ("To", "Via", "CSeq", "From")
PARTY = "sip:peer@[local_ip]:[local_port]"


def sdp(port, formats="0 8 101", more="", address="[local_ip]", version=1):
    """One audio line; telephone-event has the number 101 where it is listed."""
    names = {"0": "PCMU/8000", "8": "PCMA/8000", "101": "telephone-event/8000", "96": "telephone-event/8000", "97": "telephone-event/8000", "18": "G729/8000"}
    maps = "".join(f"a=rtpmap:{number} {names[number]}\n" for number in formats.split() if number in names)
    return f"v=0\no=peer 7 {version} IN IP4 [local_ip]\ns=-\nc=IN IP4 {address}\nt=0 0\nm=audio {port} RTP/AVP {formats}\n{maps}{more}"


class Scenario:
    """Steps of one call, in order."""

    def __init__(self, name):
        self.name = name
        self.steps, self.variables, self.vias = [], [], 0

    def raw(self, text, repeat=False):
        """A message as it stands. Repeated by SIPp's clock until the next thing is heard, if it may be."""
        self.steps.append("<send" + (' retrans="500"' if repeat else "") + f"><![CDATA[\n{text}\n]]></send>")
        return self

    def ask(self, method, number, body="", more="", uri=None, branch=None, kind="application/sdp", repeat=None, to="sip:echo@[remote_ip]:[remote_port]", begins=False):
        """A request. The first INVITE goes to where we listen, and so does one that begins the call anew; what follows in the dialog to the Contact that was
        heard (`hear(..., dialog=True)`)."""
        first = begins or method == "INVITE" and number == 1
        branch = branch or f"{method}{number}"
        uri = uri or ("sip:echo@[remote_ip]:[remote_port]" if first or method == "CANCEL" else "[next_url]")
        # the tag is SIPp's: empty until a response has named one
        lines = [f"{method} {uri} SIP/2.0", f"Via: SIP/2.0/UDP [local_ip]:[local_port];branch=z9hG4bK-[pid]-[call_number]-{branch}", "Max-Forwards: 70",
                 f"From: <{PARTY}>;tag=[pid]-{self.name}-[call_number]", f"To: <{to}>" + ("" if first or method == "CANCEL" else "[peer_tag_param]"),
                 "Call-ID: [call_id]", f"CSeq: {number} {method}", f"Contact: <{PARTY}>", *more.split("\n")]
        return self.raw(finish(lines, body, kind), method not in ("ACK",) if repeat is None else repeat)

    def answer(self, status, body="", more="", tag="", contact=f"<{PARTY}>", repeat=None, invite=False):
        """A response to the request that was received last, or to the first INVITE (or the request that `hear` kept by this name) when something else
        came since."""
        kept = "invite" if invite is True else invite
        to, via, cseq, sender = ((f"{name}:[${kept}_{name.lower()}]" if kept else f"[last_{name}:]") for name in KEPT)
        lines = [f"SIP/2.0 {status}", via, sender, f"{to};tag=[pid]-{self.name}{tag}-[call_number]" if tag is not None else to,
                 "[last_Call-ID:]", cseq, f"Contact: {contact}" if contact else "", *more.split("\n")]
        final = int(status[:3]) >= 200
        return self.raw(finish(lines, body, "application/sdp"), final if repeat is None else repeat)

    def ask_back(self, method, number, body="", more="", branch=None):
        """A request of the called side, in the dialog of the INVITE that it took."""
        lines = [f"{method} [$invite_uri] SIP/2.0", f"Via: SIP/2.0/UDP [local_ip]:[local_port];branch=z9hG4bK-[pid]-[call_number]-back-{branch or method + str(number)}",
                 "Max-Forwards: 70", f"From:[$invite_to];tag=[pid]-{self.name}-[call_number]", "To:[$invite_from]", "Call-ID: [call_id]", f"CSeq: {number} {method}",
                 f"Contact: <{PARTY}>", *more.split("\n")]
        return self.raw(finish(lines, body, "application/sdp"), method != "ACK")

    def hear(self, what, optional=False, dialog=False, within=30000, keep=None, rseq=None, taken=None, **checks):
        """A status or a method. `keep`: a name under which `answer` finds it. `rseq`: a name for the number in its
        RSeq. `taken`: names for the values of headers. `header=regex` (underlines for dashes) must match, `body=regex` in the message; with `no_` before it must not."""
        name = "response" if what[0].isdigit() else "request"
        actions = ""
        if what == "INVITE" and "invite_via" not in self.variables:
            keep = "invite"
            actions = '<ereg regexp="&lt;([^&gt;]*)&gt;" search_in="hdr" header="Contact:" assign_to="invite_contact,invite_uri"/>'
            self.variables += ["invite_contact", "invite_uri"]
        if keep:
            actions += "".join(f'<ereg regexp=".*" search_in="hdr" header="{header}:" assign_to="{keep}_{header.lower()}"/>' for header in KEPT)
            self.variables += [f"{keep}_{header.lower()}" for header in KEPT]
        if rseq:
            actions += f'<ereg regexp="[0-9]+" search_in="hdr" header="RSeq:" check_it="true" assign_to="{rseq}"/>'
            self.variables.append(rseq)
        for variable, header in (taken or {}).items():
            actions += f'<ereg regexp=".*" search_in="hdr" header="{header}:" check_it="true" assign_to="{variable}"/>'
            if variable not in self.variables:
                self.variables.append(variable)
        for header, pattern in checks.items():
            inverse = header.startswith("no_")
            header = header.removeprefix("no_").replace("_", "-")
            variable = f"v{len(self.variables)}"
            self.variables.append(variable)
            where = 'search_in="msg"' if header == "body" else f'search_in="hdr" header="{header}:"'
            pattern = pattern.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
            actions += f'<ereg regexp="{pattern}" {where} {"check_it_inverse" if inverse else "check_it"}="true" assign_to="{variable}"/>'
        attributes = f'{name}="{what}"' + (' optional="true"' if optional else f' timeout="{within}"') + (' rrs="true"' if dialog else "")
        self.steps.append(f"<recv {attributes}>" + (f"<action>{actions}</action>" if actions else "") + "</recv>")
        return self

    def pause(self, ms):
        self.steps.append(f'<pause milliseconds="{ms}"/>')
        return self

    # The beginning and the end of most calls.

    def call(self, offer, /, **checks):
        """INVITE, 200, ACK."""
        return self.ask("INVITE", 1, offer).taken(**checks)

    def taken(self, number=1, late="", **checks):
        self.hear("100", optional=True).hear("180", optional=True)
        return self.hear("200", dialog=True, **checks).ask("ACK", number, late, branch=f"ACK{number}")

    def refused(self, status, number=1, **checks):
        """A refusal of the INVITE, and its ACK on the same branch."""
        self.hear("100", optional=True).hear(status, **checks)
        uri = "sip:echo@[remote_ip]:[remote_port]" if number == 1 else None
        return self.ask("ACK", number, branch=f"INVITE{number}", uri=uri)

    def bye(self, number):
        return self.ask("BYE", number).hear("200")

    def start(self, *target, bare=False, seconds=60, count=1):
        """SIPp plays it `count` times, in so many seconds at most: as the caller of a port, or without one as the callee, whose port is `program.port`. Bare: it
        repeats nothing, and takes a retransmission as a message of its own."""
        used = f'<Reference variables="{",".join(self.variables)}"/>' if self.variables else ""
        path = LOGS / f"{self.name}.xml"
        path.write_text(f'<?xml version="1.0" encoding="ISO-8859-1"?>\n<scenario name="{self.name}">\n' + "\n".join(self.steps) + f"\n{used}\n</scenario>\n")
        port = free_port()
        program = sipp(self.name, "-sf", path, *[f"127.0.0.1:{each}" for each in target], "-p", port, "-mp", free_port(4), "-m", count, "-timeout", seconds, *(["-nr"] if bare else []))
        program.port = port
        if not target:
            program.wait_udp(port)
        return program


def finish(lines, body, kind):
    head = "\n".join(line for line in lines if line)
    if not body:
        return f"{head}\nContent-Length: 0\n"
    return f"{head}\nContent-Type: {kind}\nContent-Length: [len]\n\n{body}"


def passed(*programs, seconds=70):
    """Every SIPp ended well; a failure shows SIPp's own errors."""
    for program in programs:
        code = program.code(seconds)
        if code != 0:
            errors = LOGS / f"{program.name}.errors"
            said = errors.read_text(errors="replace")[-1500:] if errors.exists() else "nothing in its error file"
            raise Failure(f"{program.name}: SIPp ended with {code}: {said}")

