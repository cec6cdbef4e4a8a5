"""A telephone's console under remote control: it takes commands by its standard input."""
import subprocess


class Console:
    """What has a `program` of peers.py that takes commands, and `quit` as its last."""

    def do(self, command, says=None):
        """A command; `says` is waited for, once more than it was said before."""
        before = self.program.text().count(says) if says else 0
        self.program.type(command + "\n")
        if says:
            self.wait(says, before + 1)

    def wait(self, says, count=1):
        self.program.wait_count(says, count)

    def end(self):
        self.program.type("quit\n")
        try:
            self.program.process.wait(3)
        except subprocess.TimeoutExpired:
            pass
        return self.program.end()
