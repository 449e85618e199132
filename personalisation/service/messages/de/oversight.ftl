search-title = Antrag ohne Fall suchen
search-warning = Diese Suche wird festgehalten und geprüft
search-warning-more = Eine Aufsichtsperson liest Ihren Grund. Suchen Sie nur, was Ihre Arbeit jetzt verlangt.
search-what = Antragsnummer oder Matrikel
search-what-hint = 32 Zeichen der Quittung, oder 13 Ziffern
search-reason = Grund
search-reason-hint = Wer fragt, und in welcher Sache. Mindestens zehn Zeichen.
search-act = Suchen und festhalten
search-error-what = Geben Sie eine Antragsnummer mit 32 Zeichen oder eine richtige Matrikel ein
search-error-reason = Schreiben Sie Ihren Grund in 10 bis 500 Zeichen
search-noted = Ihre Suche und ihr Grund sind festgehalten.
search-nothing = Kein Antrag passt.
search-again = Etwas anderes suchen
search-accepted = Eingegangen
glass-title = Lesezugriffe ohne Fall
glass-about = Jeder Blick in einen Antrag ohne Fall hat einen Grund. Sagen Sie, ob er trägt.
glass-caption = Lesezugriffe, ungeprüfte zuerst
glass-none = Niemand hat ohne Fall gelesen.
glass-one = Lesezugriff ohne Fall
glass-when = Wann
glass-who = Wer
glass-reason = Grund
glass-found = Gezeigte Anträge
glass-state = Prüfung
glass-waiting = Zu prüfen
glass-verdict = Trägt der Grund?
glass-justified = Begründet
glass-unjustified = Unbegründet
glass-remark = Bemerkung
glass-judge = Speichern
glass-back = Zurück zur Liste
glass-error-verdict = Sagen Sie, ob der Grund trägt
glass-error-remark = Schreiben Sie eine Bemerkung mit höchstens 500 Zeichen
search-found = { $count ->
    [one] { $count } Antrag gefunden
   *[other] { $count } Anträge gefunden
}
