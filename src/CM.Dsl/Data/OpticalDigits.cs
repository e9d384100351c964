namespace CM.Dsl;

/// <summary>
/// 3,823 handwritten digits, 8×8, grey in 17 levels, shipped with CM.Runtime: the training set of "Optical Recognition of Handwritten
/// Digits" (E. Alpaydin and C. Kaynak, 1998), from the UCI Machine Learning Repository (Dua and Graff 2019, http://archive.ics.uci.edu/ml),
/// licensed under CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/).
/// </summary>
[Shape(1, 8, 8), Classes(10)]
public sealed record OpticalDigits : IDataSource;

/// <summary>The test set that belongs to <see cref="OpticalDigits"/>: 1,797 digits by other writers.</summary>
[Shape(1, 8, 8), Classes(10)]
public sealed record OpticalDigitsTest : IDataSource;
