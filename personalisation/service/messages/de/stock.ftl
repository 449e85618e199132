nav-stock = Bestand
start-unsigned = Schichten zu unterschreiben
stock-title = Bestand an Rohlingen
stock-account-line = An der Linie { $line }
stock-account-maker = Hersteller
stock-account-delivery = In Lieferung, nicht geprüft
stock-account-vault = Im Tresor
stock-account-cards = Zu Dokumenten geworden
stock-account-test-cards = Testkarten
stock-account-spoiled = Verdorben, zu vernichten
stock-account-defective = Beim Empfang fehlerhaft, zu vernichten
stock-account-destroyed = Vernichtet
stock-account-missing = Vermisst
stock-account-written-off = Abgeschrieben
stock-in-vault = Im Tresor (Rohlinge)
stock-at-lines = An den Linien (Rohlinge)
stock-to-destroy = Zu vernichten (Rohlinge)
stock-to-inspect = Zu prüfen (Rohlinge)
stock-place = Ort
stock-blanks = Rohlinge
stock-caption = Wo jeder Rohling ist
stock-none = Noch kein Rohling wurde geliefert.
stock-received = Insgesamt empfangen
stock-missing = { $count ->
    [one] { $count } Rohling fehlt
   *[other] { $count } Rohlinge fehlen
}
stock-unsigned = { $count ->
    [one] { $count } Schicht wartet auf zwei Aufsichtspersonen
   *[other] { $count } Schichten warten auf zwei Aufsichtspersonen
}
stock-shifts = Schichten
stock-destruction = Vernichtung
stock-deliveries = Lieferungen
stock-cards = Welche Karte woher kam
stock-check = Prüfung der Bücher
stock-back = Zurück zum Bestand
stock-back-deliveries = Zurück zu den Lieferungen
stock-back-destruction = Zurück zur Vernichtung
stock-check-about = Das Hauptbuch, die Bewegungen jedes Rohlings und die Rohlinge selbst wurden soeben neu gelesen und verglichen.
stock-check-good = Die Bücher stimmen überein.
stock-check-bad = Die Bücher stimmen nicht überein. Ändern Sie nichts und rufen Sie die Revision.
stock-finding-difference = { $place }: { $ledger } nach dem Hauptbuch, { $other } nach { $book }
stock-finding-moves = den Bewegungen
stock-finding-blanks = den Rohlingen, die da sind
stock-finding-rows = { $count ->
    [one] { $count } Datensatz passt nicht zu den anderen
   *[other] { $count } Datensätze passen nicht zu den anderen
}
stock-finding-below = { $place }: { $ledger }, unter null
delivery-title = Lieferung
delivery-batch = Charge
delivery-at = Angekündigt
delivery-boxes = Schachteln
delivery-box = Schachtel
delivery-state = Zustand
delivery-caption = Lieferungen, die neueste zuerst
delivery-none = Noch nichts wurde geliefert.
delivery-inspected = Geprüft
delivery-waiting = { $count ->
    [one] { $count } Schachtel zu prüfen
   *[other] { $count } Schachteln zu prüfen
}
delivery-announced = Angekündigt (Rohlinge)
delivery-counted = Gezählt (Rohlinge)
delivery-in-vault = Jetzt im Tresor (Rohlinge)
delivery-boxes-caption = Schachteln dieser Lieferung
second-title = Die zweite Person
second-about = Jemand anderes steht neben Ihnen, hat dasselbe gesehen und unterschreibt hier und jetzt.
second-passkey = Die zweite Person unterschreibt mit Passkey
second-login = Kennung der zweiten Person
second-error-same = Die zweite Person sind Sie selbst. Jemand anderes muss unterschreiben.
second-error-role = Die Rollen von Ihnen beiden erlauben das nicht. Fragen Sie jemanden mit dieser Rolle.
shift-title = Schicht
shift-open = Offen
shift-closed = Geschlossen, alles war da
shift-differing = Weicht ab, zwei Aufsichtspersonen müssen unterschreiben
shift-discrepancy = Mit Abweichung geschlossen
shift-line = Linie
shift-opened = Beginn
shift-ended = Ende
shift-caption = Schichten, offene zuerst
shift-none = Es gab noch keine Schicht.
shift-unused = Unbenutzte Rohlinge an der Linie
shift-unused-hint = In Magazinen, in Maschinen und daneben. Zählen Sie, rechnen Sie nicht.
shift-documents = Dokumente dieser Schicht
shift-spoiled = Verdorbene Rohlinge dieser Schicht
shift-open-title = Eine Schicht beginnen
shift-open-act = Schicht beginnen
shift-close-title = Die Schicht beenden
shift-close-act = Schicht beenden
shift-error-count = Geben Sie eine Zahl ein, zum Beispiel 120
shift-error-line = Geben Sie den Namen der Linie ein, zum Beispiel line-1
shift-error-open = Die letzte Schicht dieser Linie ist nicht geschlossen oder unterschrieben. Tun Sie das zuerst.
shift-error-note = Schreiben Sie, was Sie gefunden haben, 1 bis 500 Zeichen
shift-error-counter = Wer diese Schicht gezählt hat, kann nicht für sie unterschreiben. Zwei andere Aufsichtspersonen müssen es tun.
shift-differs = Das Gezählte weicht vom Hauptbuch ab. Zwei Aufsichtspersonen, die nichts davon gezählt haben, suchen den Grund und unterschreiben.
shift-signed = Unterschrieben von { $who }
shift-back = Zurück zu den Schichten
shift-what = Was
shift-counts = Zählungen
shift-counted = Gezählt
shift-expected = Nach dem Hauptbuch
shift-difference = Abweichung
shift-at-opening = Unbenutzt zu Beginn
shift-at-closing = Unbenutzt am Ende
shift-note = Was Sie gefunden haben
shift-note-hint = Wo Sie gesucht haben und was vermutlich geschah. Keine Namen von Antragstellenden.
shift-sign-title = Für die Abweichung unterschreiben
shift-sign-act = Diese Schicht mit Abweichung schließen
destruction-title = Rohlinge vernichten
destruction-about = Wählen Sie, was Sie beide in Händen haben. Vernichten Sie es, dann unterschreiben Sie.
destruction-none = Nichts wartet auf seine Vernichtung.
destruction-which = Welche Rohlinge?
destruction-next = Weiter
destruction-method = Verfahren
destruction-shredded = Zerkleinert, auch der Chip
destruction-incinerated = Verbrannt
destruction-certificate = Bescheinigung
destruction-at = Vernichtet am
destruction-caption = Vernichtungen, die neueste zuerst
destruction-never = Noch nichts wurde vernichtet.
destruction-error-chip = Wählen Sie mindestens einen Rohling
destruction-error-method = Wählen Sie, wie sie vernichtet werden
destruction-act-one = Rohling { $chip } vernichten
destruction-act = { $count ->
    [one] { $count } Rohling vernichten
   *[other] { $count } Rohlinge vernichten
}
destruction-follows = Die Bücher sagen danach, dass diese Rohlinge vor Ihnen beiden vernichtet wurden. Sie kommen nie zurück.
destruction-done = { $count ->
    [one] { $count } Rohling ist vernichtet
   *[other] { $count } Rohlinge sind vernichtet
}
destruction-paper = Bescheinigung öffnen (PDF)
destruction-receipt = Beleg einer Vernichtung
destruction-signed = Unterschrieben von
certificate-title = Bescheinigung der Vernichtung Nr. { $number }
certificate-says = Die hier aufgeführten Kartenrohlinge wurden vor den beiden Personen vernichtet, die unterschreiben. Sie stehen in den Büchern als vernichtet.
certificate-digest = SHA-256 der Seriennummern
certificate-serials = Seriennummern der Chips
certificate-signatures = Unterschriften
cards-about = Wenn eine Schachtel, ein Leser oder eine Charge fehlerhaft ist, sind dies die Karten, die anzusehen sind.
cards-number = Dokumentnummer
cards-chip = Chip
cards-worker = Linie oder Leser
cards-state = Zustand
cards-at = Begonnen
cards-caption = Karten, die neueste zuerst
cards-none = Keine Karte passt.
cards-find = Karten suchen
cards-document = Dokument
cards-scrapped = Ausgesondert
cards-cancelled = Storniert
cards-under-way = In Arbeit
cards-signer = Zertifikat des Signierers (SHA-256)
cards-signer-short = Signierer (SHA-256, erste 16)
stock-blind = Eine Schicht ist offen. Was die Linien haben und was aus ihren Rohlingen wurde, wird erst gezeigt, wenn sie gezählt ist.
stock-kept-back = nicht gezeigt
stock-finding-kept-back = { $place }: stimmt nicht; Zahlen erst, wenn die Schicht gezählt ist
shift-count-again = Die Zählung ist nicht, was das Hauptbuch sagt. Zählen Sie noch einmal.
shift-count-last = Alles noch einmal, von vorne. Weicht auch diese Zählung ab, so gilt sie, und zwei Aufsichtspersonen suchen den Grund und unterschreiben.
shift-first-count = Erste Zählung durch { $who }, { $when }: { $counted } (unbenutzt · Ausweise · verdorben); laut Hauptbuch { $expected }
