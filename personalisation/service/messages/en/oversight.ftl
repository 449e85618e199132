search-title = Search for an application without a case
search-warning = This search is written down and looked at
search-warning-more = An auditor will read your reason. Search only for what your work needs now.
search-what = Application number or national number
search-what-hint = 32 characters of the receipt, or 13 digits
search-reason = Reason
search-reason-hint = Who asks, and about what. At least ten characters.
search-act = Search and write it down
search-error-what = Enter an application number of 32 characters or a right national number
search-error-reason = Write your reason in 10 to 500 characters
search-noted = Your search and its reason are written down.
search-nothing = No application matches.
search-again = Search for something else
search-accepted = Received
glass-title = Reads without a case
glass-about = Each look into an application without a case has a reason. Say whether it holds.
glass-caption = Reads, those not looked at first
glass-none = Nobody read without a case.
glass-one = Read without a case
glass-when = When
glass-who = Who
glass-reason = Reason
glass-found = Applications shown
glass-state = Looked at
glass-waiting = To be looked at
glass-verdict = Does the reason hold?
glass-justified = Justified
glass-unjustified = Not justified
glass-remark = Remark
glass-judge = Save
glass-back = Back to the list
glass-error-verdict = Say whether the reason holds
glass-error-remark = Write a remark of 500 characters at most
search-found = { $count ->
    [one] { $count } application found
   *[other] { $count } applications found
}
