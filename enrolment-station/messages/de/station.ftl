station-service = Erfassung
