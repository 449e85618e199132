form-errors = { $count ->
    [one] There is a problem
   *[other] There are { $count } problems
}
form-error = Error:
form-optional = (optional)
form-choose = Choose
form-unsaved = What you typed on this page has not been sent yet.
date-day = Day
date-month = Month
date-year = Year
date-long = { $day } { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
} { $year }
date-short = { $day }/{ $month }/{ $year }
date-and-time = { $date }, { $time }
national-number-right = The check digits are right.
national-number-wrong = The check digits do not fit. Compare the number with the document.
irreversible-title = This cannot be undone
irreversible-back = Go back
pager = Pages of the list
pager-previous = Previous
pager-next = Next
pager-place = Page { $page } of { $pages }
steps = Steps
steps-place = Step { $step } of { $steps }
step-done = done
step-current = You are here
step-ahead = not yet
measures = What was measured
measure-passes = good
measure-fails = look again
measure-value = { $value } of 100, at least { $limit }
plot-table = The numbers as a table
live-still = Shown as it was when this page was opened.
live-now = Live. Last heard at {"{"}time{"}"}.
live-lost = The connection is lost. What stands here is of {"{"}time{"}"}.
