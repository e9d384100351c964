namespace CM.Runtime;

/// <summary>How samples are judged.</summary>
/// <param name="Every">Every how many steps of a training; 0 for the command alone.</param>
/// <param name="Samples">Number of samples, 2 or more.</param>
/// <param name="Classifier">Classifier whose features are compared; null where points in the plane are compared themselves.</param>
public sealed record EvaluationPlan(int Every, int Samples, ClassifierPlan? Classifier);
