"""What is learned from: labelled recordings, and samples drawn from them."""
