WITH page AS (
    SELECT id, no, name, name_fold, city, company_id
    FROM contact
    WHERE (name_fold, id) > ($1, $2)
    ORDER BY name_fold, id
    LIMIT 50
)
SELECT json_agg(
    json_build_object(
        'id', page.id,
        'no', page.no,
        'name', page.name,
        'city', page.city,
        'company', company.name,
        'codes', codes.list,
        'interactions', interactions.list,
        'segments', segments.list
    )
    ORDER BY page.name_fold, page.id
)::text
FROM page
LEFT JOIN contact AS company ON company.id = page.company_id
CROSS JOIN LATERAL (
    SELECT json_agg(json_build_object('kind', kind, 'code', code)) AS list
    FROM contact_code
    WHERE contact_id = page.id
) AS codes
CROSS JOIN LATERAL (
    SELECT json_agg(json_build_object('date', date, 'template', template, 'description', description)) AS list
    FROM (
        SELECT date, template, description
        FROM interaction
        WHERE contact_id = page.id AND NOT canceled AND NOT postponed
        ORDER BY date DESC, id DESC
        LIMIT 3
    ) AS last
) AS interactions
CROSS JOIN LATERAL (
    SELECT json_agg(json_build_object('no', no, 'description', description)) AS list
    FROM segment_member
    JOIN segment ON segment.id = segment_id
    WHERE contact_id = page.id
) AS segments
