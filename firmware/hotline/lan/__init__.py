"""The box in the network of the office: its address, and a change that takes itself back."""
