console-service = Stempel · Zentrale
nav-start = Start
nav-review = Prüfung
nav-forced = Erzwungene Aufnahmen
nav-approvals = Zweite Person
nav-search = Suche
nav-oversight = Aufsicht
nav-quarantine = Zurückgewiesen
nav-floor = Fertigung
nav-fleet = Stationen
nav-configuration = Konfiguration
nav-staff = Personal
start-title = Was auf mich wartet
start-review = Anträge zu prüfen
start-more-needed = Anträge, die auf die Person warten
start-forced = Erzwungene Aufnahmen zu entscheiden
start-approvals = Stellen, die auf eine zweite Person warten
start-oversight = Lesezugriffe ohne Fall zu prüfen
start-quarantine = Zurückgewiesene Dossiers
start-silent = Stationen, seit mehr als einem Tag still
start-alarms = Alarme der Flotte anzusehen
start-nothing = Für Ihre Rolle wartet hier nichts.
enrol-title = Ihr Zugang
enrol-about = Wählen Sie ein Passwort und fügen Sie das Geheimnis Ihrer Code-App hinzu. Dieser Link gilt nur einmal.
enrol-name = Name
enrol-login = Benutzername
enrol-secret = Geheimnis der Einmalcodes
enrol-code = QR-Code des Geheimnisses, für Ihre Code-App
enrol-scan = Lesen Sie ihn mit Ihrer Code-App ein. Wenn das nicht geht, tippen Sie das Geheimnis dort ein, oder öffnen Sie die App auf diesem Gerät:
enrol-address = In der Code-App öffnen
enrol-password = Neues Passwort
enrol-password-hint = Mindestens 8 Zeichen; ein Satz merkt sich gut
enrol-again = Dasselbe Passwort noch einmal
enrol-act = Speichern
enrol-differ = Geben Sie zweimal dasselbe Passwort ein
enrol-too-short = Wählen Sie ein Passwort mit mindestens 8 Zeichen
enrol-done = Ihr Zugang ist bereit
enrol-done-more = Melden Sie sich mit Benutzername, Passwort und dem Code Ihrer App an.
enrol-sign-in = Anmelden
enrol-gone = Dieser Link gilt nicht mehr
enrol-gone-more = Er wurde schon benutzt oder ist zu alt. Bitten Sie die Person, die das Personal verwaltet, um einen neuen.
age-minutes = { $count ->
    [one] { $count } Minute
   *[other] { $count } Minuten
}
age-hours = { $count ->
    [one] { $count } Stunde
   *[other] { $count } Stunden
}
age-days = { $count ->
    [one] { $count } Tag
   *[other] { $count } Tage
}
