console-service = Stempel · centre
nav-start = Start
nav-review = Review
nav-forced = Forced captures
nav-approvals = Second person
nav-search = Search
nav-oversight = Oversight
nav-quarantine = Rejected
nav-floor = Floor
nav-fleet = Stations
nav-configuration = Configuration
nav-staff = Staff
start-title = What waits for me
start-review = Applications to review
start-more-needed = Applications waiting for the applicant
start-forced = Forced captures to decide
start-approvals = Offices that wait for a second person
start-oversight = Reads without a case to look at
start-quarantine = Rejected dossiers
start-silent = Stations not heard of for more than a day
start-alarms = Alarms of the fleet to look at
start-nothing = Nothing waits here for your role.
enrol-title = Your access
enrol-about = Choose a password and add the secret to your code app. This link works once.
enrol-name = Name
enrol-login = User name
enrol-secret = Secret of the one-time codes
enrol-code = QR code of the secret, for your code app
enrol-scan = Scan it with your code app. If you cannot, type the secret into the app, or open it on this device:
enrol-address = Open in the code app
enrol-password = New password
enrol-password-hint = At least 8 characters; a sentence is easy to remember
enrol-again = The same password again
enrol-act = Save
enrol-differ = Type the same password twice
enrol-too-short = Choose a password of 8 characters or more
enrol-done = Your access is ready
enrol-done-more = Sign in with your user name, your password and the code that your app shows.
enrol-sign-in = Sign in
enrol-gone = This link is no longer valid
enrol-gone-more = It was used or is too old. Ask the person who looks after staff for a new one.
age-minutes = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}
age-hours = { $count ->
    [one] { $count } hour
   *[other] { $count } hours
}
age-days = { $count ->
    [one] { $count } day
   *[other] { $count } days
}
