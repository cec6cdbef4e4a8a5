"""linphone's console under remote control: it takes commands by its standard input, and has files for a microphone and a loudspeaker."""
from bare import ADDRESS
from console import Console
from peers import LOGS, Program

CONFIG = """[sip]
sip_port={port}
sip_tcp_port=-2
sip_tls_port=-2
contact=sip:linphone@{address}
use_ipv6=0
ping_with_options=0
{more}[rtp]
audio_rtp_port={media}
[video]
enabled=0
capture=0
display=0
automatically_initiate=0
automatically_accept=0
"""


class Linphone(Console):
    """One linphone at a SIP port and a media port."""

    def __init__(self, name, port, media, tone, *arguments, more=""):
        home = LOGS / name
        (home / ".local/share/linphone").mkdir(parents=True)
        (home / "rc").write_text(CONFIG.format(port=port, media=media, address=ADDRESS, more=more))
        self.uri = f"sip:linphone@{ADDRESS}:{port}"
        self.program = Program(name, "linphonec", "-c", home / "rc", *arguments, stdin="soundcard use files\n", env={"HOME": str(home)}, open_input=True)
        self.program.wait_udp(port)
        self.tone = tone
