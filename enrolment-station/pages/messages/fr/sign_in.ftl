sign-in-title = Se connecter
sign-in-passkey = Se connecter avec une clé d’accès
sign-in-or = ou
sign-in-login = Nom d’utilisateur
sign-in-password = Mot de passe
sign-in-code = Code à usage unique
sign-in-code-hint = Les six chiffres que votre appareil affiche maintenant
sign-in-act = Se connecter
sign-in-wrong = Le nom, le mot de passe ou le code n’est pas juste. Vérifiez les trois ; un code ne sert qu’une fois.
sign-in-wait = { $minutes ->
    [one] Trop d’essais. Attendez une minute, puis réessayez.
   *[other] Trop d’essais. Attendez { $minutes } minutes, puis réessayez.
}
passkey-title = Vos clés d’accès
passkey-about = Une clé d’accès se trouve sur votre appareil ou votre clé de sécurité. Vous vous connectez du doigt, du visage ou par un code PIN, sans mot de passe à retenir ou à trahir.
passkey-count = { $count ->
    [0] Vous n’avez pas encore de clé d’accès.
    [one] Vous avez une clé d’accès.
   *[other] Vous avez { $count } clés d’accès.
}
passkey-add = Ajouter une clé d’accès
passkey-added = La clé d’accès a été ajoutée
passkey-removed = La clé d’accès a été retirée
passkey-added-list = Clés d’accès ajoutées sur cet ordinateur
passkey-remove = Retirer la clé d’accès { $number }
passkey-refused = L’appareil n’a pas terminé. Réessayez ou choisissez un autre moyen.
passkey-unknown = Cette clé d’accès n’a pas été acceptée. Réessayez ou choisissez un autre moyen.
passkey-needs-script = Les clés d’accès ont besoin de JavaScript, qui est désactivé dans ce navigateur.
lock-title = Verrouillé
lock-about = { $name } s’est absenté(e). Le travail en cours est conservé et seul(e) { $name } peut continuer.
lock-passkey = Continuer avec une clé d’accès
lock-continue = Continuer
lock-somebody-else = Vous êtes quelqu’un d’autre ? Ce qui n’a pas été enregistré sera perdu.
lock-sign-out = Déconnecter et recommencer
lock-warning = Cet écran sera verrouillé dans une minute. Appuyez sur une touche pour rester.
held-title = Votre saisie a été conservée
held-about = L’écran a été verrouillé avant l’envoi. Envoyez-la maintenant.
held-continue = Envoyer
held-discard = Ne pas les envoyer
