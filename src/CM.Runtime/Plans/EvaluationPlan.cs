namespace CM.Runtime;

/// <summary>How samples are judged.</summary>
/// <param name="Every">Every how many steps of a training; 0 for the command alone.</param>
/// <param name="Samples">How many samples, 2 or more.</param>
/// <param name="Classifier">Whose features; null where points in the plane are judged as they are.</param>
public sealed record EvaluationPlan(int Every, int Samples, ClassifierPlan? Classifier);
