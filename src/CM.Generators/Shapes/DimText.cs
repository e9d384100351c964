namespace CM.Generators.Shapes;

/// <summary>Reads a size as users write it in an attribute: <c>3</c>, <c>"Width"</c>, <c>"2*Width"</c>, <c>"(H+1)/2"</c>.</summary>
internal static class DimText
{
    public static bool TryParse(string text, out Dim dim)
    {
        var position = 0;
        dim = default;
        return Sum(text, ref position, ref dim) && Skip(text, ref position) == text.Length;
    }

    private static bool Sum(string text, ref int position, ref Dim dim)
    {
        if (!Product(text, ref position, ref dim))
            return false;
        while (Next(text, ref position, "+-") is { } sign)
        {
            Dim right = default;
            if (!Product(text, ref position, ref right))
                return false;
            dim = sign == '+' ? dim + right : dim - right;
        }

        return true;
    }

    private static bool Product(string text, ref int position, ref Dim dim)
    {
        if (!Factor(text, ref position, ref dim))
            return false;
        while (Next(text, ref position, "*/") is { } sign)
        {
            Dim right = default;
            if (!Factor(text, ref position, ref right) || (sign == '/' && right.Value is not > 0))
                return false;
            dim = sign == '*' ? dim * right : dim.Floor(right.Value!.Value);
        }

        return true;
    }

    private static bool Factor(string text, ref int position, ref Dim dim)
    {
        if (Next(text, ref position, "(") is not null)
            return Sum(text, ref position, ref dim) && Next(text, ref position, ")") is not null;
        var start = position;
        while (position < text.Length && (char.IsLetterOrDigit(text[position]) || text[position] == '_'))
            position++;
        var word = text.Substring(start, position - start);
        if (word.Length == 0)
            return false;
        if (char.IsDigit(word[0]))
        {
            var whole = long.TryParse(word, out var number) && number <= int.MaxValue;
            dim = number;
            return whole;
        }

        dim = Dim.Of(word);
        return true;
    }

    private static char? Next(string text, ref int position, string expected)
    {
        Skip(text, ref position);
        return position < text.Length && expected.IndexOf(text[position]) >= 0 ? text[position++] : null;
    }

    private static int Skip(string text, ref int position)
    {
        while (position < text.Length && text[position] == ' ')
            position++;
        return position;
    }
}
