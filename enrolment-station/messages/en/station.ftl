station-service = Enrolment
