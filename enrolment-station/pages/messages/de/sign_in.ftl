sign-in-title = Anmelden
sign-in-passkey = Mit Passkey anmelden
sign-in-or = oder
sign-in-login = Benutzername
sign-in-password = Passwort
sign-in-code = Einmalcode
sign-in-code-hint = Die sechs Ziffern, die Ihr Gerät gerade zeigt
sign-in-act = Anmelden
sign-in-wrong = Name, Passwort oder Code ist falsch. Prüfen Sie alle drei; ein Code gilt nur einmal.
sign-in-wait = { $minutes ->
    [one] Zu viele Versuche. Warten Sie eine Minute und versuchen Sie es dann noch einmal.
   *[other] Zu viele Versuche. Warten Sie { $minutes } Minuten und versuchen Sie es dann noch einmal.
}
passkey-title = Ihre Passkeys
passkey-about = Ein Passkey liegt auf Ihrem Gerät oder Sicherheitsschlüssel. Sie melden sich mit Finger, Gesicht oder PIN an und müssen sich kein Passwort merken, das Ihnen jemand entlocken könnte.
passkey-count = { $count ->
    [0] Sie haben noch keinen Passkey.
    [one] Sie haben einen Passkey.
   *[other] Sie haben { $count } Passkeys.
}
passkey-add = Passkey hinzufügen
passkey-added = Der Passkey wurde hinzugefügt
passkey-removed = Der Passkey wurde entfernt
passkey-added-list = An diesem Rechner hinzugefügte Passkeys
passkey-remove = Passkey { $number } entfernen
passkey-refused = Das Gerät ist nicht fertig geworden. Versuchen Sie es noch einmal oder wählen Sie einen anderen Weg.
passkey-unknown = Dieser Passkey wurde nicht angenommen. Versuchen Sie es noch einmal oder wählen Sie einen anderen Weg.
passkey-needs-script = Passkeys brauchen JavaScript, das in diesem Browser ausgeschaltet ist.
lock-title = Gesperrt
lock-about = { $name } ist nicht am Platz. Die Arbeit bleibt erhalten, und nur { $name } kann sie fortsetzen.
lock-passkey = Mit Passkey weiterarbeiten
lock-continue = Weiterarbeiten
lock-somebody-else = Sind Sie jemand anders? Was nicht gespeichert ist, geht verloren.
lock-sign-out = Abmelden und neu beginnen
lock-warning = Dieser Bildschirm wird in einer Minute gesperrt. Drücken Sie eine Taste, um zu bleiben.
held-title = Ihre Eingaben sind noch da
held-about = Der Bildschirm wurde vor dem Abschicken gesperrt. Schicken Sie sie jetzt ab.
held-continue = Abschicken
held-discard = Nicht senden
