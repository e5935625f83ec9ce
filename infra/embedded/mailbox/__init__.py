"""/dev/mailbox: the letters that the demonstration would have sent, as their recipients would read them."""
