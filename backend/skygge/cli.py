"""The way in: reads the program, and hands over to the verbs."""

import gc


def main() -> None:
    """Run a command of `skygge`."""
    # Nothing that is read at a start becomes rubbish, and looking for rubbish in it costs a fifth of the start.
    gc.disable()
    from skygge.commands.verbs import run

    gc.freeze()
    gc.enable()
    run()
