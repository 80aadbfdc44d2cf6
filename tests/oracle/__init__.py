"""An oracle: what is published for small random brands, computed again in plain Python from the words of the docs."""
