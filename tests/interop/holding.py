"""Hold between us and a peer of another project, in every order, proven by the voice on the wire."""
from bare import lines
from peers import check, until

OURS = range(20000, 20100)
WE = ["--rtp-port", f"{OURS.start}-{OURS.stop - 1}", "--for", "5m"]


def told(program, name):
    """The last of the program's lines about a hold, or None."""
    said = [fields[name] for fields in lines(program, name)]
    return said[-1] if said else None


def hold_and_resume(wire, ours, peer, theirs):
    """`peer` has `hold` and `resume`; `theirs` are its media ports. While it holds us it may send what it likes: music, or nothing."""

    def flows(what, we, they, meanwhile=None):
        wire.flows(f"{ours.name}: {what}", meanwhile, we=(OURS, we), they=(theirs, they))

    def we_hold(on):
        ours.press("h")
        until(lambda: bool(told(ours, "holding")) == on, 10, f"{ours.name} to be told that {'the far end is on hold' if on else 'it is not any more'}")

    def they_hold(on):
        (peer.hold if on else peer.resume)()
        until(lambda: bool(told(ours, "held")) == on, 10, f"{ours.name} to be told that the far end {'holds' if on else 'resumed'}")

    flows("before", True, True)
    we_hold(True)
    flows("we hold", True, False)
    they_hold(True)
    flows("both hold", False, False)
    they_hold(False)
    flows("they resumed, we hold", True, False)
    we_hold(False)
    flows("both resumed", True, True)
    they_hold(True)
    flows("they hold", False, None)
    we_hold(True)
    flows("both hold, they first", False, False)
    we_hold(False)
    flows("we resumed, they hold", False, None)
    they_hold(False)
    flows("both resumed again", True, True)
    # at the same moment: ours is tried again after a 491; whether theirs is, and when, is theirs
    holds = lambda: sum(fields["held"] for fields in lines(ours, "held"))
    resumed = holds()

    def resume_if_held():
        nonlocal resumed
        if holds() > resumed:
            resumed += 1
            peer.resume()

    peer.hold()
    we_hold(True)
    flows("both at once", None, False)
    we_hold(False)
    flows("after all", True, True, resume_if_held)


def no_far_end_is_lost(ours):
    """What it sent while it held us, or did not, is no loss."""
    (end,) = [fields for fields in lines(ours, "call") if fields["state"] == "ended"]
    check(end["lost"] <= 5, f"{ours.name} takes the holds for {end['lost']} lost packets")
