"""The web page around exported models: its sources in `static/`, and what assembles a site of them."""
