floor-title = Die Fertigung jetzt
floor-machines = Maschinen
floor-no-machines = Noch hat keine Linie eine Maschine gemeldet.
floor-works = Arbeitet
floor-idle = Nichts zu tun
floor-waits = Braucht jemanden
floor-silent = Ohne Nachricht
floor-silent-act = Sehen Sie nach, ob das Programm von { $line } läuft und die Maschine Strom hat.
floor-cards = { $count ->
    [one] { $count } Karte darin
   *[other] { $count } Karten darin
}
floor-queue = In der Warteschlange
floor-remakes = Neu zu machen
floor-express = Express
floor-normal = Normal
floor-since = Die erste wartet
floor-made = Die letzten acht Stunden
floor-plot-documents = Fertige Dokumente
floor-plot-scrapped = Aufgegebene Karten
floor-plot-from = Halbe Stunde ab
floor-plot-unit = Karten
floor-reasons = Warum Karten aufgegeben wurden
floor-reason = Grund
task-free-jam = Tür öffnen, die Karte ({ $place }) lösen oder herausnehmen, Tür schließen.
task-fill-hopper = Kartenmagazin füllen.
task-change-ribbon = Farbband wechseln.
task-empty-tray = Fach leeren ({ $place }).
task-close-door = Tür schließen.
task-destroy-removed = Die herausgenommene Karte in die Vernichtungsbox legen.
task-check-power = Stromversorgung prüfen.
task-plug-in = Kabel wieder einstecken.
task-find = Maschine suchen: kein Leser führt zu ihr.
task-start-daemon = Den Kartendienst (pcscd) der Linie starten.
place-hopper = Magazin
place-station = Chipstation
place-printer = Drucker
place-exit = Ausgabefach
place-reject = Ausschussfach
scrap-chip-keys-unknown = Chip öffnet mit keinem unserer Schlüssel
scrap-chip-life-cycle = Chip wurde schon benutzt
scrap-chip-refused = Chip hat einen Befehl verweigert
scrap-chip-removed = Karte wurde weggenommen
scrap-chip-silent = Chip antwortet nicht
scrap-memory-mismatch = Chip enthält nicht, was geschrieben wurde
scrap-read-back-failed = Karte fiel bei der Chipprüfung durch
scrap-print-spoiled = Druck wurde unterbrochen
scrap-exit-inspection-failed = Druck fiel bei der Kameraprüfung durch
scrap-order-invalid = Auftrag ist fehlerhaft
scrap-signing-refused = Signatur wurde verweigert
scrap-signature-invalid = Signatur ist ungültig
scrap-too-many-tries = Zu oft versucht
scrap-inspection-failed = Von einem Prüfer beanstandet
task-inspect-first-article = Bringen Sie die letzte Karte aus dem Ausgabefach zur Prüfung. Die nächsten werden gedruckt, sobald sie freigegeben ist.
sign-on-title = Wer an dieser Maschine arbeitet
sign-on-about = Wer an einer Maschine arbeitet, prüft keine der Karten, die sie in dieser Zeit macht. Ist niemand angemeldet, kann niemand ihre Karten prüfen.
sign-on-caption = Jetzt an der Maschine
sign-on-who = Anmeldename
sign-on-since = Seit
sign-on-nobody = Niemand ist angemeldet.
sign-on-here = Sie sind hier angemeldet.
sign-on-hours = { $count ->
    [0] jetzt
    [one] vor { $count } Stunde
   *[other] vor { $count } Stunden
}
sign-on = An der Maschine anmelden
sign-on-earlier = Ich war schon früher hier
sign-off = Von der Maschine abmelden
sign-on-back = Zurück zur Fertigung
sign-on-link = Wer an { $machine } arbeitet
sign-on-error-since = Wählen Sie, seit wann Sie dort arbeiten.
