"""What goes with a checkpoint for a job, and leaves no trace on it afterwards."""
