"""The page in the browser; `app` puts it together. Whoever needs one part of it loads no other."""
