"""The commands of ``finchsync``, one file each."""
