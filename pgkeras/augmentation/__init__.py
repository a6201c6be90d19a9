"""Augmentation of what the discriminator sees, reals and fakes alike, so that few photos last longer.

The transformations are those of adaptive discriminator augmentation (ADA; Karras et al., arXiv 2006.06676) and of
DiffAugment (Zhao et al., arXiv 2006.10738). They are affine in the images, so gradients pass through them into the
generator. Images are float32 (batch, side, side, channels) in [-1, 1], RGB or grey; values that a transformation moves
out of [-1, 1] are not clipped.

Gradient penalties are of the gradient with respect to the augmented images, which the discriminator sees. The code of
both papers' authors takes the gradient further, through the augmentation, to the images before it.

| name | from | what it does to the images it is applied to |
|---|---|---|
| flip | ADA | mirrors half of them, left to right |
| quarter_turn | ADA | turns them by none to three quarters |
| integer_translation | ADA | moves them by whole pixels, each way by up to an eighth of the side |
| scale | ADA | scales them by 2 to the power of N(0, 0.2²) |
| rotation | ADA | turns them by any angle |
| anisotropic_scale | ADA | across by 2 to the power of N(0, 0.2²), down by its reciprocal, amid the rotations |
| fractional_translation | ADA | moves them each way by N(0, 0.125²) of the side |
| brightness | ADA | adds N(0, 0.2²) |
| contrast | ADA | multiplies by 2 to the power of N(0, 0.5²) |
| luma_flip | ADA | turns light to dark and dark to light in half of them, colours kept |
| hue | ADA | turns it by any angle |
| saturation | ADA | multiplies it by 2 to the power of N(0, 1) |
| bgc | ADA | each of the above, chosen for itself: pixel blitting, geometry and colour, the authors' recommendation |
| colour | DiffAugment | brightness from -0.5 to 0.5, saturation from 0 to 2, contrast from 0.5 to 1.5 |
| translation | DiffAugment | moves them by whole pixels, each way by up to an eighth of the side; mid-grey follows |
| cutout | DiffAugment | makes a square of half the side mid-grey |
"""

from pgkeras.augmentation.adaptive import Augmentation, adapt_probability
from pgkeras.augmentation.augment import AUGMENTATIONS, BGC, augment

__all__ = ["AUGMENTATIONS", "BGC", "Augmentation", "adapt_probability", "augment"]
