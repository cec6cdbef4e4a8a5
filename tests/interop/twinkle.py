"""Twinkle's console under remote control: it takes commands by its standard input, and has ALSA's null device for its sound."""
from bare import ADDRESS
from console import Console
from peers import LOGS, Program

PROFILE = """user_name=twinkle
user_domain={domain}
user_display=twinkle
register_at_startup=no
pres_publish_startup=no
ext_100rel={reliable}
codecs=g711a,g711u
speex_dsp_vad=no
"""
SYSTEM = """dev_ringtone=alsa:null
dev_speaker=alsa:null
dev_mic=alsa:null
validate_audio_dev=no
play_ringtone=no
play_ringback=no
sip_port={port}
rtp_port={media}
"""


class Twinkle(Console):
    """One twinkle at a SIP port and a media port. `reliable`: disabled, supported, required or preferred."""

    def __init__(self, name, port, media, reliable, domain=None, more=""):
        # Its argument is a file in this folder: not -f NAME, as its manual has it.
        folder = LOGS / name / ".twinkle"
        folder.mkdir(parents=True)
        (folder / "user.cfg").write_text(PROFILE.format(domain=domain or f"{ADDRESS}:{port}", reliable=reliable) + more)
        (folder / "twinkle.sys").write_text(SYSTEM.format(port=port, media=media))
        self.uri = f"sip:twinkle@{ADDRESS}:{port}"
        # its null device is in ALSA's own configuration, which other peers do without
        self.program = Program(name, "twinkle-console", "user.cfg", stdin="", open_input=True,
                               env={"HOME": str(LOGS / name), "ALSA_CONFIG_PATH": "/usr/share/alsa/alsa.conf"})
        self.program.wait_udp(port)
