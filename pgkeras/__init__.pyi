from . import layers as layers
from . import metrics as metrics
from . import presets as presets
from . import schedule as schedule
from .config import ProgressiveConfig as ProgressiveConfig
from .errors import UserError as UserError
from .interop.gan_zoo import load_gan_zoo_checkpoint as load_gan_zoo_checkpoint
from .interop.official_pickle import load_official_pickle as load_official_pickle
from .interop.pretrained import PretrainedNetworks as PretrainedNetworks
from .networks import StagePair as StagePair
from .networks import build_discriminators as build_discriminators
from .networks import build_generators as build_generators
from .runs.generators import load_generator as load_generator
from .sampling import sample as sample
from .training.session import Run as Run

__version__: str
