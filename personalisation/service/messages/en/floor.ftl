floor-title = The floor now
floor-machines = Machines
floor-no-machines = No line has told of a machine yet.
floor-works = Working
floor-idle = Nothing to do
floor-waits = Needs somebody
floor-silent = Not heard of
floor-silent-act = Look whether the program of { $line } runs, and whether its machine has power.
floor-cards = { $count ->
    [one] { $count } card inside
   *[other] { $count } cards inside
}
floor-queue = Waiting in the queue
floor-remakes = Remakes
floor-express = Express
floor-normal = Normal
floor-since = First one waits
floor-made = The last eight hours
floor-plot-documents = Documents made
floor-plot-scrapped = Cards given up
floor-plot-from = Half hour from
floor-plot-unit = cards
floor-reasons = Why cards were given up
floor-reason = Reason
task-free-jam = Open the door, free the card at the { $place } or take it out, close the door.
task-fill-hopper = Fill the hopper.
task-change-ribbon = Change the ribbon.
task-empty-tray = Empty the { $place }.
task-close-door = Close the door.
task-destroy-removed = Put the card that you took out into the destruction box.
task-check-power = Check the power.
task-plug-in = Put the cable in again.
task-find = Look where the machine is: no reader leads to it.
task-start-daemon = Start the smart card service (pcscd) of the line.
place-hopper = hopper
place-station = chip station
place-printer = printer
place-exit = exit tray
place-reject = reject tray
scrap-chip-keys-unknown = Chip opens with none of our keys
scrap-chip-life-cycle = Chip was used before
scrap-chip-refused = Chip refused a command
scrap-chip-removed = Card was taken away
scrap-chip-silent = Chip does not answer
scrap-memory-mismatch = Chip does not hold what was written
scrap-read-back-failed = Card failed the chip inspection
scrap-print-spoiled = Printing was interrupted
scrap-exit-inspection-failed = Print failed the camera inspection
scrap-order-invalid = Order is at fault
scrap-signing-refused = Signing was refused
scrap-signature-invalid = Signature does not verify
scrap-too-many-tries = Tried too often
scrap-inspection-failed = An inspector found it wrong
task-inspect-first-article = Take the last card out of the exit tray to an inspector. The next ones are printed once it is approved.
sign-on-title = Who works at this machine
sign-on-about = Whoever works at a machine inspects none of the cards that it makes meanwhile. Where nobody is signed on, nobody can inspect its cards.
sign-on-caption = At the machine now
sign-on-who = Login
sign-on-since = Since
sign-on-nobody = Nobody is signed on.
sign-on-here = You are signed on here.
sign-on-hours = { $count ->
    [0] now
    [one] { $count } hour ago
   *[other] { $count } hours ago
}
sign-on = Sign on
sign-on-earlier = I was here earlier
sign-off = Sign off
sign-on-back = Back to the floor
sign-on-link = Who works at { $machine }
sign-on-error-since = Choose since when you work there.
