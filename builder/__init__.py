"""Makes the image of the SD card from image.yml, without one mount."""
