"""From images back to latents: the point in latent space whose image is nearest to a given one."""
