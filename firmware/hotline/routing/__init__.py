"""Who answers: pure, the present instant is an argument."""
