sign-in-title = Sign in
sign-in-passkey = Sign in with a passkey
sign-in-or = or
sign-in-login = User name
sign-in-password = Password
sign-in-code = One-time code
sign-in-code-hint = The six digits that your device shows now
sign-in-act = Sign in
sign-in-wrong = User name, password or code is wrong. Check all three; a code works only once.
sign-in-wait = { $minutes ->
    [one] Too many tries. Wait a minute, then try again.
   *[other] Too many tries. Wait { $minutes } minutes, then try again.
}
passkey-title = Your passkeys
passkey-about = A passkey is on your device or security key. You sign in with your finger, your face or a PIN, and there is no password to remember or to give away.
passkey-count = { $count ->
    [0] You have no passkey yet.
    [one] You have one passkey.
   *[other] You have { $count } passkeys.
}
passkey-add = Add a passkey
passkey-added = The passkey was added
passkey-removed = The passkey was removed
passkey-added-list = Passkeys added at this computer
passkey-remove = Remove passkey { $number }
passkey-refused = The device did not finish. Try again, or choose another way.
passkey-unknown = This passkey was not accepted. Try again, or choose another way.
passkey-needs-script = Passkeys need JavaScript, which is off in this browser.
lock-title = Locked
lock-about = { $name } is away. What was being worked on is kept, and only { $name } can go on.
lock-passkey = Go on with a passkey
lock-continue = Go on
lock-somebody-else = Are you somebody else? Whatever was not saved will be lost.
lock-sign-out = Sign out and start again
lock-warning = This screen will be locked in a minute. Press any key to stay.
held-title = Your entries were kept
held-about = The screen was locked before they were sent. Send them now.
held-continue = Send
held-discard = Do not send them
