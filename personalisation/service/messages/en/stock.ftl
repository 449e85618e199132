nav-stock = Stock
start-unsigned = Shifts to sign for
stock-title = Stock of blanks
stock-account-line = At line { $line }
stock-account-maker = Makers
stock-account-delivery = In delivery, not inspected
stock-account-vault = In the vault
stock-account-cards = Became documents
stock-account-test-cards = Test cards
stock-account-spoiled = Spoiled, to be destroyed
stock-account-defective = Defective on receipt, to be destroyed
stock-account-destroyed = Destroyed
stock-account-missing = Missing
stock-account-written-off = Written off
stock-in-vault = In the vault (blanks)
stock-at-lines = At the lines (blanks)
stock-to-destroy = To be destroyed (blanks)
stock-to-inspect = To be inspected (blanks)
stock-place = Place
stock-blanks = Blanks
stock-caption = Where every blank is
stock-none = No blank was ever delivered.
stock-received = Received in all
stock-missing = { $count ->
    [one] { $count } blank is missing
   *[other] { $count } blanks are missing
}
stock-unsigned = { $count ->
    [one] { $count } shift waits for two supervisors
   *[other] { $count } shifts wait for two supervisors
}
stock-shifts = Shifts
stock-destruction = Destruction
stock-deliveries = Deliveries
stock-cards = Which card came from where
stock-check = Audit of the books
stock-back = Back to the stock
stock-back-deliveries = Back to the deliveries
stock-back-destruction = Back to the destruction
stock-check-about = The ledger, the moves of every blank and the blanks themselves were read again just now and compared.
stock-check-good = The books agree.
stock-check-bad = The books do not agree. Change nothing and call an auditor.
stock-finding-difference = { $place }: { $ledger } by the ledger, { $other } by { $book }
stock-finding-moves = the moves
stock-finding-blanks = the blanks that are there
stock-finding-rows = { $count ->
    [one] { $count } record does not fit the others
   *[other] { $count } records do not fit the others
}
stock-finding-below = { $place }: { $ledger }, below nought
delivery-title = Delivery
delivery-batch = Batch
delivery-at = Announced
delivery-boxes = Boxes
delivery-box = Box
delivery-state = State
delivery-caption = Deliveries, the newest first
delivery-none = Nothing was delivered yet.
delivery-inspected = Inspected
delivery-waiting = { $count ->
    [one] { $count } box to inspect
   *[other] { $count } boxes to inspect
}
delivery-announced = Announced (blanks)
delivery-counted = Counted (blanks)
delivery-in-vault = In the vault now (blanks)
delivery-boxes-caption = Boxes of this delivery
second-title = The second person
second-about = Somebody else stands beside you, has seen the same and signs here, now.
second-passkey = The second person signs with a passkey
second-login = Login of the second person
second-error-same = The second person is you. Somebody else must sign.
second-error-role = The roles of you two do not allow this. Ask somebody whose role it is.
shift-title = Shift
shift-open = Open
shift-closed = Closed, everything was there
shift-differing = Differs, two supervisors must sign
shift-discrepancy = Closed as a discrepancy
shift-line = Line
shift-opened = Began
shift-ended = Ended
shift-caption = Shifts, open ones first
shift-none = There was no shift yet.
shift-unused = Unused blanks at the line
shift-unused-hint = In hoppers, in machines and beside them. Count them, do not calculate.
shift-documents = Documents of this shift
shift-spoiled = Spoiled blanks of this shift
shift-open-title = Begin a shift
shift-open-act = Begin the shift
shift-close-title = End the shift
shift-close-act = End the shift
shift-error-count = Enter a number, for example 120
shift-error-line = Enter the name of the line, for example line-1
shift-error-open = The last shift of this line is not closed or signed for. Do that first.
shift-error-note = Write what you found, 1 to 500 characters
shift-error-counter = Who counted this shift cannot sign for it. Two other supervisors must.
shift-differs = What was counted is not what the ledger says. Two supervisors who counted nothing of it look for the reason and sign.
shift-signed = Signed by { $who }
shift-back = Back to the shifts
shift-what = What
shift-counts = Counts
shift-counted = Counted
shift-expected = By the ledger
shift-difference = Difference
shift-at-opening = Unused at the beginning
shift-at-closing = Unused at the end
shift-note = What you found
shift-note-hint = Where you looked, and what you think happened. No names of applicants.
shift-sign-title = Sign for the discrepancy
shift-sign-act = Close this shift as a discrepancy
destruction-title = Destroy blanks
destruction-about = Choose what the two of you have in your hands. Destroy it, then sign.
destruction-none = Nothing waits for its destruction.
destruction-which = Which blanks?
destruction-next = Go on
destruction-method = Method
destruction-shredded = Shredded, the chip too
destruction-incinerated = Burnt
destruction-certificate = Certificate
destruction-at = Destroyed on
destruction-caption = Destructions, the newest first
destruction-never = Nothing was destroyed yet.
destruction-error-chip = Choose at least one blank
destruction-error-method = Choose how they are destroyed
destruction-act-one = Destroy blank { $chip }
destruction-act = { $count ->
    [one] Destroy { $count } blank
   *[other] Destroy { $count } blanks
}
destruction-follows = The books will say that these blanks are destroyed, before you two. They never come back.
destruction-done = { $count ->
    [one] { $count } blank is destroyed
   *[other] { $count } blanks are destroyed
}
destruction-paper = Open the certificate (PDF)
destruction-receipt = Receipt of a destruction
destruction-signed = Signed by
certificate-title = Certificate of destruction no. { $number }
certificate-says = The card blanks listed here were destroyed before the two persons who sign. They are in the books as destroyed.
certificate-digest = SHA-256 of the serials
certificate-serials = Serials of the chips
certificate-signatures = Signatures
cards-about = When a box, a reader or a batch is at fault, these are the cards to look at.
cards-number = Document number
cards-chip = Chip
cards-worker = Line or reader
cards-state = State
cards-at = Begun
cards-caption = Cards, the newest first
cards-none = No card fits.
cards-find = Find cards
cards-document = Document
cards-scrapped = Scrapped
cards-cancelled = Cancelled
cards-under-way = Being made
cards-signer = Certificate of the signer (SHA-256)
cards-signer-short = Signer (SHA-256, first 16)
stock-blind = A shift is open. What the lines have, and what became of their blanks, is not shown until it is counted.
stock-kept-back = not shown
stock-finding-kept-back = { $place }: does not agree; figures once the shift is counted
shift-count-again = The count is not what the ledger says. Count once more.
shift-count-last = Everything again, from the beginning. If this count differs too, it stands, and two supervisors look for the reason and sign.
shift-first-count = First count by { $who }, { $when }: { $counted } (unused · documents · spoiled); by the ledger { $expected }
