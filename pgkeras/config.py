"""The one typed config: every option's name, type, default, range and help text."""

from typing import Annotated, Any, ClassVar, Literal, Self, TypeVar, get_args, get_origin

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from pgkeras.errors import UserError

Number = TypeVar("Number", int, float)


def _parse_per_resolution(value: Any) -> Any:
    """Reads 16, "16" or "4:16,256:8"; a dict passes through."""
    if isinstance(value, int | float):
        return {4: value}
    if not isinstance(value, str):
        return value
    if ":" not in value:
        return {4: value}
    try:
        pairs = [(int(resolution), number) for resolution, number in (pair.split(":") for pair in value.split(","))]
    except ValueError:
        raise ValueError("give one number, or resolution:value pairs such as 4:16,256:8") from None
    if len(dict(pairs)) < len(pairs):
        raise ValueError("gives a resolution twice; give each once")
    return dict(pairs)


def _check_per_resolution(value: dict[int, Number]) -> dict[int, Number]:
    for resolution in value:
        _check_power_of_two(resolution)
    if 4 not in value:
        raise ValueError("the value from resolution 4 on is missing: begin with 4:value")
    return dict(sorted(value.items()))


def _check_power_of_two(value: int) -> int:
    if value < 4 or value > 1024 or value & (value - 1):
        raise ValueError(f"resolution {value} is not a power of two from 4 to 1024 (4, 8, 16, 32, 64 ...)")
    return value


PerResolution = Annotated[
    dict[int, Number], BeforeValidator(_parse_per_resolution), AfterValidator(_check_per_resolution)
]


def _split(value: Any) -> Any:
    """Reads "colour,cutout"; a sequence passes through."""
    return tuple(part for part in value.split(",") if part) if isinstance(value, str) else value


def _check_augmentations(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"gives {name} twice; give it once")
        if "bgc" in names and name in get_args(AdaAugmentation):
            raise ValueError(f"{name} is part of bgc; leave it out")
    return names


def typed(value: object) -> str:
    """The value of an option as it is typed on a command line.

    Args:
        value: of a field of ProgressiveConfig.

    >>> typed({4: 800.0}), typed({4: 16, 256: 14}), typed(("swd", "ms_ssim"))
    ('800', '4:16,256:14', 'swd,ms_ssim')
    """
    if isinstance(value, dict):
        if value.keys() == {4}:
            return typed(value[4])
        return ",".join(f"{resolution}:{typed(number)}" for resolution, number in value.items())
    if isinstance(value, tuple):
        return ",".join(value)
    return str(value).removesuffix(".0") if isinstance(value, float) else str(value)


Metric = Literal["swd", "ms_ssim", "frechet_distance", "kernel_distance", "precision", "recall"]
Metrics = Annotated[tuple[Metric, ...], BeforeValidator(_split)]
AdaAugmentation = Literal[
    "flip",
    "quarter_turn",
    "integer_translation",
    "scale",
    "rotation",
    "anisotropic_scale",
    "fractional_translation",
    "brightness",
    "contrast",
    "luma_flip",
    "hue",
    "saturation",
]
Augmentations = Annotated[
    tuple[Literal["bgc", AdaAugmentation, "colour", "translation", "cutout"], ...],
    BeforeValidator(_split),
    AfterValidator(_check_augmentations),
]
WITHOUT_PENALTY = ("wgan", "lsgan", "hinge")
"""Losses whose penalty options would be ignored."""
WASSERSTEIN = ("wgan", "wgan-gp")
"""Losses whose scores float: their sign and their difference say nothing."""
OF_THE_LOSS = ("penalty_weight", "penalty_interval", "final_penalty_weight", "drift_weight")
"""Options that a preset has for its own loss."""
Fit = Literal["refuse", "crop", "pad"]
"""What becomes of images that are not square: an error, their centre, or black bars around them."""
PositiveInt = Annotated[int, Field(ge=1)]
PositiveFloat = Annotated[float, Field(gt=0)]
NotNegativeFloat = Annotated[float, Field(ge=0)]


class _NoEffectError(ValueError):
    """An option that would be ignored, or cannot be followed."""

    def __init__(self, option: str, message: str) -> None:
        super().__init__(message)
        self.option = option


def fields_by_heading(config: type[BaseModel]) -> dict[str, list[str]]:
    """The names of a config's fields under the class variables that stand above them.

    Args:
        config: a class; what stands above all its class variables is left out.

    >>> fields_by_heading(ProgressiveConfig)["Data"][:2]
    ['holdout', 'mirror']
    """
    found: dict[str, list[str]] = {}
    heading = None
    for name, annotation in config.__annotations__.items():
        if get_origin(annotation) is ClassVar:
            heading = found.setdefault(getattr(config, name), [])
        elif heading is not None:
            heading.append(name)
    return found


class ProgressiveConfig(BaseModel):
    """Everything that decides a training run. The defaults are the paper's (arXiv 1710.10196).

    Options "by resolution" take one number, or a dict (on the command line `4:16,256:14`) whose values each hold
    from their resolution upward, until the next.

    >>> config = ProgressiveConfig(resolution=1024)
    >>> config.feature_maps(32), config.feature_maps(1024)
    (512, 16)
    >>> config.at_resolution("batch_size", 128), config.at_resolution("batch_size", 512)
    (16, 6)

    Raises:
        pydantic.ValidationError: (a ValueError) for an unknown option, a wrong type, a value out of range, or
            options that contradict each other.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    NETWORK: ClassVar[str] = "Network (Table 2)"
    resolution: Annotated[int, AfterValidator(_check_power_of_two)] = Field(
        64, description="Final image side in pixels, a power of two from 4 to 1024."
    )
    channels: Literal[1, 3] = Field(3, description="Image channels: 3 for RGB, 1 for grey.")
    latent_size: PositiveInt = Field(512, description="Components of a latent vector.")
    fmap_base: PositiveInt = Field(
        8192,
        description="Feature maps at a resolution are 2 x `fmap_base` / resolution, from `fmap_min` to `fmap_max`.",
    )
    fmap_max: PositiveInt = Field(512, description="Most feature maps in any layer.")
    fmap_min: PositiveInt = Field(1, description="Fewest feature maps in any layer.")
    fmap_decay: NotNegativeFloat = Field(
        1.0, le=10, description="Halvings of the feature maps from one resolution to the next."
    )
    fused_scale: bool = Field(
        False,
        description="Fuse up- and downscaling with the convolutions beside them, as the official code does: faster. "
        "The discriminator's activations then follow the downscaling.",
    )
    label_size: int = Field(
        0, ge=0, description="Classes of a conditional network, taken from the data with `conditional`; 0: none."
    )
    normalize_latents: bool = Field(True, description="Divide every latent by its root mean square.")
    minibatch_discrimination: Literal["stddev", "learned", "none"] = Field(
        "stddev",
        description="How the discriminator compares a batch's images. stddev: section 3; learned: Salimans et al., "
        "arXiv 1606.03498.",
    )
    minibatch_stddev_group: PositiveInt = Field(
        4,
        description="Images per group of the minibatch standard deviation: 4 as in the official code; in the paper the "
        "whole batch.",
    )

    ABLATIONS: ClassVar[str] = "Ablations (Table 1) and other networks"
    network: Literal["progressive", "dcgan"] = Field(
        "progressive", description="The paper's, or Radford et al.'s (arXiv 1511.06434): see `preset` dcgan."
    )
    growing: bool = Field(
        True, description="Grow from 4x4; without, train the final resolution for as many images as growing would."
    )
    equalized_learning_rate: bool = Field(
        True, description="Scale weights at every call (section 4.1); without, by He's constant once, at the start."
    )
    generator_normalization: Literal["pixel", "batch", "none"] = Field(
        "pixel", description="Normalization after the generator's convolutions; pixel: section 4.2."
    )
    generator_activation: Literal["leaky-relu", "relu"] = Field(
        "leaky-relu", description="Activation of the generator's layers; the discriminator's is always leaky-relu."
    )
    output_activation: Literal["linear", "tanh"] = Field(
        "linear", description="Activation of the generator's last layer, which gives the image."
    )
    discriminator_normalization: Literal["none", "layer", "batch"] = Field(
        "none", description="Normalization after the discriminator's convolutions."
    )
    batch_normalization_momentum: float = Field(
        0.9, ge=0, lt=1, description="Decay of batch normalization's moving averages, per step."
    )

    SCHEDULE: ClassVar[str] = "Schedule (section 2, appendix A.1)"
    straight_kimg: PerResolution[NotNegativeFloat] = Field(
        {4: 800.0}, description="Thousands of real images shown in the straight phases, by resolution."
    )
    fade_in_kimg: PerResolution[NotNegativeFloat] = Field(
        {4: 800.0}, description="Thousands of real images shown while a resolution fades in, by resolution."
    )
    batch_size: PerResolution[PositiveInt] = Field(
        {4: 16, 256: 14, 512: 6, 1024: 3}, description="Real images per step, by resolution."
    )
    micro_batches: PerResolution[PositiveInt] = Field(
        {4: 1},
        description="Micro-batches into which a device's batch is split, by resolution. More of them need less "
        "memory; training raises the number by itself where a resolution does not fit.",
    )
    generator_learning_rate: PerResolution[PositiveFloat] = Field(
        {4: 0.001}, description="Adam's learning rate for the generator, by resolution."
    )
    discriminator_learning_rate: PerResolution[PositiveFloat] = Field(
        {4: 0.001}, description="Adam's learning rate for the discriminator, by resolution."
    )

    final_learning_rate: Annotated[float, Field(gt=0, le=1)] = Field(
        1.0,
        description="Fraction of the learning rates that remains at the end: over the last phase they fall to it along "
        "a cosine; 1: they stay constant.",
    )
    final_penalty_weight: Annotated[float, Field(gt=0, le=1)] = Field(
        1.0, description="Fraction of the penalty weight that remains at the end, likewise; 1: it stays constant."
    )

    LOSS: ClassVar[str] = "Loss and optimizers (appendix A.1)"
    loss: Literal["wgan-gp", "wgan", "lsgan", "non-saturating", "relativistic", "hinge", "dragan"] = Field(
        "wgan-gp",
        description="wgan-gp: Wasserstein with gradient penalty and drift; wgan: with clipped weights; lsgan: mean "
        "squared error; non-saturating: binary cross-entropy with R1; relativistic: R3GAN's, of pairs of a photo and a "
        "generated image, with R1 and R2; hinge: with a margin of 1; dragan: binary cross-entropy with a gradient "
        "penalty around the photos.",
    )
    penalty_weight: PerResolution[NotNegativeFloat] | None = Field(
        None,
        description="Weight of the loss's gradient penalty (λ of WGAN-GP, γ of R1), by resolution; if not given, the "
        "loss's own.",
    )
    penalty_interval: PositiveInt = Field(
        1, description="Steps from one gradient penalty to the next, weighted by the interval (lazy regularization)."
    )
    drift_weight: NotNegativeFloat | None = Field(
        None, description="Weight of the real scores' mean square; if not given, the loss's own (wgan-gp: 0.001)."
    )
    label_weight: NotNegativeFloat | None = Field(
        None, description="Weight of AC-GAN's label terms in a conditional network's losses; if not given, 1."
    )
    discriminator_steps: PositiveInt = Field(
        1, description="Updates of the discriminator before the generator's, each with new photos."
    )
    generator_steps: PositiveInt = Field(1, description="Updates of the generator after the discriminator's.")
    adam_beta1: float = Field(0.0, ge=0, lt=1, description="Adam's decay of the gradient's mean.")
    adam_beta2: float = Field(0.99, ge=0, lt=1, description="Adam's decay of the gradient's mean square.")
    adam_epsilon: PositiveFloat = Field(1e-8, description="Adam's epsilon.")
    ema_decay: float = Field(
        0.999, ge=0, lt=1, description="Decay of the generator's moving average, per 16 photos; 0: no average."
    )
    ema_rampup: PositiveFloat | None = Field(
        None,
        le=1,
        description="Upper limit of the moving average's half-life, as a fraction of the photos shown so far at a "
        "resolution, so that it follows faster while layers are new.  [default: no limit]",
    )

    DATA: ClassVar[str] = "Data"
    holdout: float = Field(
        0.0,
        ge=0,
        lt=1,
        description="Fraction of the photos that training never sees, for `metrics` and pgkeras evaluate; the same "
        "ones whatever the seed.",
    )
    mirror: bool = Field(
        True,
        description="Show every photo mirrored half of the time; not by default for MNIST, SVHN and CIFAR; use "
        "--no-mirror for other digits and letters.",
    )
    augmentation: Augmentations = Field(
        (),
        description="What the discriminator's images go through, reals and fakes alike: "
        "colour,translation,cutout (DiffAugment, arXiv 2006.10738), or bgc (StyleGAN2-ADA, arXiv 2006.06676), which "
        f"stands for {','.join(get_args(AdaAugmentation))}.",
    )
    augmentation_probability: float | None = Field(
        None,
        ge=0,
        le=1,
        description="Probability with which each augmentation is applied to an image; if not given, 1.",
    )
    augmentation_target: float | None = Field(
        None,
        gt=0,
        lt=1,
        description="Steer the probability, from 0, so that the mean sign of the real scores becomes this, such as 0.6 "
        "(adaptive discriminator augmentation, arXiv 2006.06676).",
    )
    augmentation_kimg: PositiveFloat = Field(
        100.0,
        description="Thousands of images in which the steered probability can move from 0 to 1; the paper: 500, or "
        "100 from trained networks.",
    )

    RUN: ClassVar[str] = "Run"
    precision: Literal["auto", "float32", "bfloat16", "float16"] = Field(
        "auto",
        description="Arithmetic of the convolutions. auto: bfloat16 where the processor or the GPU computes in it, "
        "float16 with loss scaling on older GPUs, else float32.",
    )
    seed: int = Field(0, ge=0, lt=2**31, description="Seed of the weights, the latents and the order of the images.")
    ticks_per_phase: PositiveInt = Field(20, description="Lines of statistics in each phase.")
    snapshots_per_phase: PositiveInt = Field(4, description="Snapshots in each phase: samples, the generator, metrics.")
    metrics: Metrics = Field(
        (),
        description="What to measure at every snapshot from 16x16 on, such as swd,ms_ssim (see pgkeras evaluate); "
        "takes time beyond `minutes`.",
    )
    metrics_images: Annotated[int, Field(ge=2)] = Field(
        1024, description="Generated and real images that `metrics` compares, at most."
    )
    checkpoint_minutes: NotNegativeFloat = Field(5.0, description="Minutes from one checkpoint to the next.")

    @classmethod
    def from_preset(cls, preset: str | None, *, images: int | None = None, **options: Any) -> Self:
        """A named configuration with other options.

        They win: another loss comes without the penalty of the preset's own, and whatever of the preset contradicts
        them or would have no effect is dropped.

        Args:
            preset: a key of `pgkeras.presets.PRESETS`, or None for the defaults.
            images: how many there are to learn from, if that is known: `quick` augments few in colour.
            options: by name.

        Raises:
            UserError: if there is no such preset.
            pydantic.ValidationError: as the constructor.

        >>> ProgressiveConfig.from_preset("quick", resolution=64).loss
        'non-saturating'
        >>> ProgressiveConfig.from_preset("quick", images=100).augmentation
        ('colour', 'translation')
        """
        from pgkeras.presets import FEW_PHOTOS, FOR_FEW_PHOTOS, PRESETS

        if preset is None:
            return cls(**options)
        if preset not in PRESETS:
            raise UserError(f"preset {preset!r}: there is none of that name; choose from {', '.join(PRESETS)}")
        named = PRESETS[preset]()
        another_loss = options.get("loss", named.loss) != named.loss
        base = named.model_dump(exclude_unset=True, exclude=set(OF_THE_LOSS if another_loss else ()))
        few = images is not None and images < FEW_PHOTOS and options.get("channels", named.channels) > 1
        if few and not another_loss and not any(name.startswith("augmentation") for name in options):
            base |= FOR_FEW_PHOTOS.get(preset, {})
        while True:
            try:
                return cls(**base | options)
            except ValidationError as error:
                cause = error.errors()[0].get("ctx", {}).get("error")
                if not isinstance(cause, _NoEffectError) or cause.option in options:
                    raise
                del base[cause.option]

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.fmap_min > self.fmap_max:
            message = f"`fmap_min` {self.fmap_min} is above `fmap_max` {self.fmap_max}; lower it"
            raise _NoEffectError("fmap_min", message)
        self._check_without_effect()
        self._check_augmentation()
        self._check_micro_batches()
        if self.metrics and self.resolution < 16:
            raise ValueError(f"`metrics` {','.join(self.metrics)}: need `resolution` 16 or more, not {self.resolution}")
        if self.network == "dcgan":
            self._check_dcgan()
        if self.at_resolution("straight_kimg", self.resolution) == 0:
            raise ValueError(
                f"`straight_kimg` is 0 at {self.resolution}x{self.resolution}: the last phase needs images"
            )
        return self

    def _check_without_effect(self) -> None:
        no_groups = f"`minibatch_discrimination` {self.minibatch_discrimination} has no groups"
        for option, without_effect, reason in (
            ("penalty_weight", self.loss in WITHOUT_PENALTY, f"`loss` {self.loss} has no penalty to weigh"),
            ("penalty_interval", self.loss in WITHOUT_PENALTY, f"`loss` {self.loss} has no penalty to space out"),
            ("penalty_interval", self._has_no_penalty, "`penalty_weight` 0 leaves no penalty to space out"),
            ("final_penalty_weight", self.loss in WITHOUT_PENALTY, f"`loss` {self.loss} has no penalty to anneal"),
            ("final_penalty_weight", self._ends_without_penalty, "`penalty_weight` 0 leaves no penalty to anneal"),
            ("minibatch_stddev_group", self.minibatch_discrimination != "stddev", no_groups),
            ("batch_normalization_momentum", not self._normalizes_batches, "there is no batch normalization"),
            ("label_weight", not self.label_size, "the network has no labels without `conditional`"),
            ("augmentation_probability", not self.augmentation, "there is no `augmentation` to apply"),
            ("augmentation_target", not self.augmentation, "there is no `augmentation` to apply"),
            ("augmentation_kimg", self.augmentation_target is None, "there is no `augmentation_target`"),
            ("ema_rampup", not self.ema_decay, "`ema_decay` 0 keeps no average"),
            ("metrics_images", not self.metrics, "there are no `metrics` to measure"),
        ):
            value, default = getattr(self, option), ProgressiveConfig.model_fields[option].default
            if without_effect and value != default:
                remedy = "drop it" if default is None else f"leave it at {typed(default)}"
                raise _NoEffectError(option, f"`{option}` {typed(value)}: {reason}; {remedy}")

    def _check_augmentation(self) -> None:
        if self.augmentation_target is not None and self.loss in WASSERSTEIN:
            raise ValueError(
                f"`augmentation_target` {self.augmentation_target:g}: the scores of `loss` {self.loss} float, so their "
                "sign says nothing; choose non-saturating or hinge"
            )
        if self.augmentation_probability is not None and self.augmentation_target is not None:
            raise ValueError(
                f"`augmentation_probability` {self.augmentation_probability:g} and `augmentation_target` "
                f"{self.augmentation_target:g} contradict each other: the target steers the probability"
            )
        if self.channels == 1 and (without_effect := {"hue", "saturation"}.intersection(self.augmentation)):
            raise ValueError(f"`augmentation` {min(without_effect)}: grey images have none; leave it out")
        leaks = [name for name in self.augmentation if name == "bgc" or name in get_args(AdaAugmentation)]
        if leaks and self.augmentation_target is None and self.augmentation_probability in (None, 1):
            raise ValueError(
                f"`augmentation` {leaks[0]}: applied to every image it would show in generated ones, too; give "
                "`augmentation_probability` 0.8 or less, or `augmentation_target`"
            )

    def _check_micro_batches(self) -> None:
        for resolution in self.resolutions:
            number = self.at_resolution("micro_batches", resolution)
            batch_size = self.at_resolution("batch_size", resolution)
            shares = {batch_size // devices for devices in range(1, batch_size + 1) if batch_size % devices == 0}
            choice = {each for share in shares for each in self.possible_micro_batches(share)}
            if number not in choice:
                possible = ", ".join(map(str, sorted(choice)))
                raise ValueError(
                    f"`micro_batches` {number} at {resolution}x{resolution}: would change what a batch of {batch_size} "
                    f"means; possible: {possible}"
                )

    def _check_dcgan(self) -> None:
        if self.resolution < 8:
            raise ValueError(f"`network` dcgan needs `resolution` 8 or more, not {self.resolution}")
        lacks = {
            "`growing`": self.growing,
            "`fused_scale`": self.fused_scale,
            "`equalized_learning_rate`": self.equalized_learning_rate,
            "`normalize_latents`": self.normalize_latents,
            "`generator_normalization` pixel": self.generator_normalization == "pixel",
            "`discriminator_normalization` layer": self.discriminator_normalization == "layer",
            f"`minibatch_discrimination` {self.minibatch_discrimination}": self.minibatch_discrimination != "none",
        }
        for option, given in lacks.items():
            if given:
                raise ValueError(f"`network` dcgan has no {option}; drop it, or begin from `preset` dcgan")

    def feature_maps(self, resolution: int) -> int:
        """Feature maps of the layers at a resolution: 2 x fmap_base / resolution, from fmap_min to fmap_max, Table 2.

        With another fmap_decay d than 1, the resolution counts as 2 x (resolution / 2)**d.

        Args:
            resolution: image side in pixels.
        """
        return max(self.fmap_min, min(int(self.fmap_base / (resolution / 2) ** self.fmap_decay), self.fmap_max))

    def at_resolution(self, option: str, resolution: int) -> Any:
        """The value of a by-resolution option at one resolution; None if it is not given and has no default.

        Args:
            option: its name, for example "batch_size".
            resolution: image side in pixels.
        """
        values = getattr(self, option)
        return values and values[max(start for start in values if start <= resolution)]

    def possible_micro_batches(self, batch_size: int) -> list[int]:
        """Into how many micro-batches a batch can be split without changing what its images mean to each other.

        Parts must be of whole groups of the minibatch standard deviation; batch normalization and learned minibatch
        discrimination compare all images of a batch, which therefore stays whole.

        Args:
            batch_size: images of one device's batch.

        >>> ProgressiveConfig().possible_micro_batches(16), ProgressiveConfig().possible_micro_batches(3)
        ([1, 2, 4], [1])
        """
        if self._normalizes_batches or self.minibatch_discrimination == "learned":
            return [1]
        divisors = [number for number in range(1, batch_size + 1) if batch_size % number == 0]
        if self.minibatch_discrimination == "none":
            return divisors

        def groups(images: int) -> int:
            return -(-images // self.minibatch_stddev_group)

        return [number for number in divisors if number * groups(batch_size // number) == groups(batch_size)]

    @property
    def _has_no_penalty(self) -> bool:
        return self.penalty_weight is not None and not any(self.penalty_weight.values())

    @property
    def _ends_without_penalty(self) -> bool:
        return self.at_resolution("penalty_weight", self.resolution) == 0

    @property
    def _normalizes_batches(self) -> bool:
        return "batch" in (self.generator_normalization, self.discriminator_normalization)

    @property
    def resolutions(self) -> list[int]:
        """All resolutions from 4 to the final one."""
        return [2**exponent for exponent in range(2, self.resolution.bit_length())]
