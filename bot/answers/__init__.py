"""What is answered at once, to the asker alone, and how a change is explained."""
