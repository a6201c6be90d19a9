"""What happens around the steps of a phase."""

from pgkeras.gan import ProgressiveGAN


class Callback:
    """Called in turn around every step; those that come first have done their part when the others look.

    Attributes:
        stopped: whether training ends after the current step.
    """

    stopped = False

    def phase_begins(self, gan: ProgressiveGAN) -> None:
        """Called before the first step of a phase, or the first one after a stop or a failure.

        Args:
            gan: what trains the phase.
        """

    def before_step(self) -> None:
        """Called before every step."""

    def after_step(self, values: dict[str, float]) -> None:
        """Called after every step.

        Args:
            values: of the step.

        Raises:
            DivergedError: if training has failed.
        """

    def phase_ends(self) -> None:
        """Called after the last step of a phase, or before a stop; not after a failure."""
