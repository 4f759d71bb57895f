"""The whole loop walked in the real window under a virtual display, with a mouse and a keyboard as the display's server sends them."""
